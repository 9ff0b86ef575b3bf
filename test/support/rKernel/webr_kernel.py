"""A Jupyter kernel for R: the real one of https://docs.r-wasm.org/webr/, which runs in Node and sees this machine's folders.

Each cell goes as one line of JSON to webr_server.mjs beside this file, and its outputs come back as lines of JSON.
"""

import json
import os
import signal
import subprocess

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

here = os.path.dirname(os.path.abspath(__file__))


class RKernel(Kernel):
    implementation = "webr"
    implementation_version = "1"
    banner = "R"
    language_info = {"name": "R", "mimetype": "text/x-r-source", "file_extension": ".r"}

    def __init__(self, **options):
        super().__init__(**options)
        node = os.path.join(here, "node")
        self.server = subprocess.Popen(
            [node, os.path.join(here, "webr_server.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # An interrupt is for the kernel, which passes on what is meant.
            start_new_session=True,
        )

    def answers(self, code):
        self.server.stdin.write(json.dumps({"code": code}) + "\n")
        self.server.stdin.flush()
        for line in self.server.stdout:
            said = json.loads(line)
            if said["type"] == "done":
                return
            yield said
        raise EOFError("R has ended")

    async def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **_):
        failed = None
        for said in self.answers(code):
            if said["type"] == "error":
                failed = {"ename": "Error", "evalue": said["text"], "traceback": [said["text"]]}
            elif not silent:
                self.send_response(self.iopub_socket, "stream", {"name": said["type"], "text": said["text"] + "\n"})
        if failed:
            self.send_response(self.iopub_socket, "error", failed)
            return {"status": "error", "execution_count": self.execution_count, **failed}
        count = {"execution_count": self.execution_count}
        return {"status": "ok", "payload": [], "user_expressions": {}, **count}

    def do_shutdown(self, restart):
        self.server.send_signal(signal.SIGKILL)
        return {"status": "ok", "restart": restart}


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=RKernel)
