"""Raw frames over ZeroMQ to and from a kernel: no gateway, no hash, no disk. One request a line on standard input, milliseconds a line on
standard output: {"do": "up" | "down", "bytes": N, "frame": N}."""

import json
import subprocess
import sys
import time

from jupyter_client.manager import start_new_kernel

KERNEL = """
def opened(comm, message):
    state = {'left': 0}
    def received(message):
        data = message['content']['data']
        if data['do'] == 'up':
            state['left'] = state['left'] or data['bytes']
            state['left'] -= sum(len(buffer) for buffer in message['buffers'])
            if state['left'] == 0:
                comm.send({'done': True})
        else:
            frame = bytes(data['frame'])
            for _ in range(data['bytes'] // data['frame']):
                comm.send({}, buffers=[frame])
    comm.on_msg(received)
get_ipython().kernel.comm_manager.register_target('raw', opened)
"""


def main():
    manager, client = start_new_kernel(stderr=subprocess.DEVNULL)
    try:
        client.execute_interactive(KERNEL)

        def send(kind, content, buffers=()):
            message = client.session.msg(kind, content)
            client.session.send(client.shell_channel.socket, message, buffers=list(buffers))

        send("comm_open", {"comm_id": "raw", "target_name": "raw", "data": {}})
        for line in sys.stdin:
            request = json.loads(line)
            size, frame = request["bytes"], request["frame"]
            start = time.perf_counter()
            if request["do"] == "up":
                content = bytes(frame)
                for _ in range(size // frame):
                    send("comm_msg", {"comm_id": "raw", "data": request}, [content])
            else:
                send("comm_msg", {"comm_id": "raw", "data": request})
            left = size
            while left > 0:
                message = client.get_iopub_msg(timeout=60)
                if message["msg_type"] == "comm_msg":
                    left -= size if request["do"] == "up" else sum(len(buffer) for buffer in message["buffers"])
            print((time.perf_counter() - start) * 1000, flush=True)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main()
