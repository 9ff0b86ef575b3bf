"""Frames over ZeroMQ to and from a kernel, with no gateway between. One request a line on standard input, milliseconds a line on
standard output: {"do": "up" | "down", "bytes": N, "frame": N, "file": null}: raw; with a path for "file": the same work as a transfer that
can be trusted, a hash on both sides and bytes from a disk to a disk."""

import hashlib
import json
import os
import subprocess
import sys
import time

from jupyter_client.manager import start_new_kernel

KERNEL = """
import hashlib, os
def opened(comm, message):
    state = {'left': 0}
    def received(message):
        data = message['content']['data']
        if data['do'] == 'up':
            if state['left'] == 0:
                state.update(left=data['bytes'], hash=hashlib.sha256(), file=data['file'] and open(data['file'], 'wb'))
            for buffer in message['buffers']:
                state['left'] -= len(buffer)
                if state['file']:
                    state['hash'].update(buffer)
                    state['file'].write(buffer)
            if state['left'] == 0:
                if state['file']:
                    state['file'].flush()
                    os.fsync(state['file'].fileno())
                    state['file'].close()
                comm.send({'sha256': state['hash'].hexdigest()})
        else:
            frame = bytes(data['frame'])
            file = data['file'] and open(data['file'], 'rb')
            content = hashlib.sha256()
            for _ in range(data['bytes'] // data['frame']):
                if file:
                    frame = file.read(data['frame'])
                    content.update(frame)
                comm.send({}, buffers=[frame])
            comm.send({'sha256': content.hexdigest()})
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
            size, frame, path = request["bytes"], request["frame"], request["file"]
            start = time.perf_counter()
            content = hashlib.sha256()
            piece = bytes(frame)
            if request["do"] == "up":
                source = open(path, "rb") if path else None
                for _ in range(size // frame):
                    if source:
                        piece = source.read(frame)
                        content.update(piece)
                    told = {**request, "file": path and path + ".copy"}
                    send("comm_msg", {"comm_id": "raw", "data": told}, [piece])
            else:
                send("comm_msg", {"comm_id": "raw", "data": request})
            target = open(path + ".back", "wb") if path and request["do"] == "down" else None
            while True:
                message = client.get_iopub_msg(timeout=60)
                if message["msg_type"] != "comm_msg":
                    continue
                for buffer in message["buffers"]:
                    if target:
                        content.update(buffer)
                        target.write(buffer)
                found = message["content"]["data"].get("sha256")
                if found is not None:
                    break
            if target:
                target.flush()
                os.fsync(target.fileno())
                target.close()
            if path and found != content.hexdigest():
                raise RuntimeError("the bytes are not the same")
            print((time.perf_counter() - start) * 1000, flush=True)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main()
