"""Kernels whose last words on standard error are kept: why one ended while it started stands nowhere else than in the log of all.

A kernelspec asks for it as its process proxy: "last_words.LastWordsProxy". What a kernel says goes on to the gateway's log.
"""

import os
import threading

from enterprise_gateway.services.processproxies.processproxy import LocalProcessProxy

LONGEST = 2000
FILES = 20

folder = {"path": None}
"""Where the words are, in a file for each kernel that has ended; without it nothing is kept."""


def use(path):
    os.makedirs(path, mode=0o700, exist_ok=True)
    folder["path"] = path


class LastWordsProxy(LocalProcessProxy):
    """The gateway's own way of starting a kernel on this machine, but that its words are listened to."""

    def launch_kernel(self, cmd, **kwargs):
        if folder["path"] is None:
            return super().launch_kernel(cmd, **kwargs)
        reading, writing = os.pipe()
        try:
            process = super().launch_kernel(cmd, **{**kwargs, "stderr": writing})
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        path = os.path.join(folder["path"], self.kernel_id)
        threading.Thread(target=_listen, args=(reading, path), daemon=True).start()
        return process


def _listen(reading, path):
    """Passes on what is said until nobody can say anything any more."""
    words = b""
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        for said in iter(lambda: pipe.read(1 << 16), b""):
            words = (words + said)[-LONGEST:]
            while said:
                said = said[os.write(2, said) :]
    if words.strip():
        _keep(path, words)


def _keep(path, words):
    with open(path + ".part", "wb") as file:
        file.write(words)
    os.replace(path + ".part", path)
    with os.scandir(folder["path"]) as entries:
        oldest = sorted((entry for entry in entries), key=lambda entry: entry.stat().st_mtime)[:-FILES]
    for entry in oldest:
        os.remove(entry.path)
