"""Executes code through jupyter_client over ZeroMQ: one request a line on standard input, its samples a line on standard output.

{"do": "execute", "code": ..., "times": N}: on one kernel that stays; {"do": "start", "code": ...}: from nothing.
"""

import json
import subprocess
import sys
import time

from jupyter_client.manager import start_new_kernel


def start_kernel():
    # Its warnings about a connection without encryption are not for the table.
    return start_new_kernel(stderr=subprocess.DEVNULL)


def execute(client, code):
    """Executes and waits for the reply and idle, as `execute_interactive` does it; counts what is printed."""
    printed = 0

    def count(message):
        nonlocal printed
        if message["msg_type"] == "stream":
            printed += len(message["content"]["text"].encode())

    start = time.perf_counter()
    reply = client.execute_interactive(code, allow_stdin=False, output_hook=count, timeout=120)
    milliseconds = (time.perf_counter() - start) * 1000
    if reply["content"]["status"] != "ok":
        raise RuntimeError(reply["content"])
    return {"milliseconds": milliseconds, "bytes": printed}


def start_and_execute(code):
    start = time.perf_counter()
    manager, client = start_kernel()
    sample = execute(client, code)
    milliseconds = (time.perf_counter() - start) * 1000
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return {**sample, "milliseconds": milliseconds}


def main():
    kept = None
    try:
        for line in sys.stdin:
            request = json.loads(line)
            if request["do"] == "start":
                samples = [start_and_execute(request["code"])]
            else:
                if kept is None:
                    kept = start_kernel()
                samples = [execute(kept[1], request["code"]) for _ in range(request["times"])]
            print(json.dumps(samples), flush=True)
    finally:
        if kept is not None:
            kept[1].stop_channels()
            kept[0].shutdown_kernel(now=True)


main()
