"""Kernels that Enterprise Gateway speaks to over socket files, each in a folder of its own that no other kernel sees.

Over TCP every program of this machine, other messages' kernels included, could listen to what a kernel publishes: its key
signs messages, it does not hide them (https://jupyter-client.readthedocs.io/en/stable/messaging.html#wire-protocol). And a
kernel without network can be reached in no other way.

The gateway by itself can't: its own class for kernels of this machine gives them all the one address 127.0.0.1, which as a
socket file would be one file for all of them, in whatever folder each process happens to work.

A kernelspec asks for it as its process proxy: "socket_files.SocketFileProxy".
"""

import os
import shutil

from last_words import LastWordsProxy

folder = {"root": None}
"""Where the sockets are; without it kernels are reached over TCP."""

LONGEST = 107 - len("/0123456789ab/k-65535")
"""The longest path that leaves room for a socket's, see unix(7)."""


def use(root):
    """Takes `root` for the sockets, and empties it; not where its path is too long or has to be escaped in JSON."""
    shutil.rmtree(root, ignore_errors=True)
    if len(root) <= LONGEST and root.isascii() and '"' not in root and "\\" not in root:
        os.makedirs(root, mode=0o700)
        folder["root"] = root


class SocketFileProxy(LastWordsProxy):
    """The gateway's own way of starting a kernel on this machine, but for its sockets; its last words are kept."""

    def __init__(self, kernel_manager, proxy_config):
        super().__init__(kernel_manager, proxy_config)
        self.sockets = folder["root"] and os.path.join(folder["root"], self.kernel_id.replace("-", "")[:12])
        if self.sockets:
            os.makedirs(self.sockets, mode=0o700, exist_ok=True)
            kernel_manager.transport = "ipc"
            kernel_manager.ip = os.path.join(self.sockets, "k")

    def cleanup(self):
        super().cleanup()
        if self.sockets and not self.kernel_manager.restarting:
            shutil.rmtree(self.sockets, ignore_errors=True)
