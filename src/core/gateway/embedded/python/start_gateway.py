"""Runs Enterprise Gateway 3 or Kernel Gateway 3 for one data folder.

Reads its settings as one line of JSON from standard input, so that the token is in no argument, no environment variable
and no second file. Writes the port that it listens on to the file named there. Ends by itself, with its kernels, when no
window and no command uses it any more, and when it has had no kernel and no request for the idle time.
"""

import json
import os
import shutil
import signal
import sys
import threading
import time


def make_application(settings):
    """The application, with all that is said here and nothing from the user's own Jupyter configuration."""
    from traitlets.config import Config

    names = settings["inheritedVariables"]
    common = {
        "ip": "127.0.0.1",
        "port": settings["port"],
        "port_retries": 0,
        "auth_token": settings["token"],
    }
    # The last safety net, for kernels that no living process owns any more: an open websocket keeps its kernel.
    culling = {"cull_idle_timeout": settings["cullIdleSeconds"], "cull_interval": 300}
    if settings["kind"] == "enterprise-gateway":
        from enterprise_gateway.enterprisegatewayapp import EnterpriseGatewayApp as Application

        if settings.get("socketFolder"):
            # Nothing is written beside the code.
            sys.dont_write_bytecode = True
            import last_words
            import socket_files

            sys.dont_write_bytecode = False
            socket_files.use(settings["socketFolder"])
            if settings.get("wordsFolder"):
                last_words.use(settings["wordsFolder"])
        # Nobody is unauthorized: the default refuses root, which a container's only user is.
        own = {"unauthorized_users": set(), "inherited_envs": names}
        managers = {"RemoteMappingKernelManager": culling}
    else:
        from kernel_gateway.gatewayapp import KernelGatewayApp as Application

        own = {"env_process_whitelist": names}
        managers = {"MappingKernelManager": culling, "AsyncMappingKernelManager": culling}
    return Application.instance(config=Config({Application.__name__: {**common, **own}, **managers}))


def listening_port(application):
    """The port that the system gave; the applications know only which one they asked for."""
    return next(iter(application.http_server._sockets.values())).getsockname()[1]


def write_atomically(path, text):
    with open(path + ".part", "w") as file:
        file.write(text)
    os.replace(path + ".part", path)


def log_requests(application):
    """Logs failed requests without their query, where a client may have put the token, and keeps the time of the last one."""
    last = {"time": time.monotonic()}

    def log(handler):
        last["time"] = time.monotonic()
        status = handler.get_status()
        write = application.log.debug if status < 400 or status == 404 else application.log.warning
        request = handler.request
        write("%d %s %s %.0f ms", status, request.method, request.path, 1000 * request.request_time())

    application.web_app.settings["log_function"] = log
    return last


def bound_log(path, largest):
    """Starts the log anew when it is large: kernels write there too. It is open for appending, so cutting it off is enough."""
    if os.fstat(1).st_size > largest:
        shutil.copyfile(path, path + ".1")
        os.ftruncate(1, 0)


def watch(application, last, settings):
    """Once a minute: bounds the log, and ends the gateway that nobody uses."""
    from tornado.ioloop import IOLoop, PeriodicCallback

    seconds = settings["endIdleSeconds"]

    def check():
        bound_log(settings["logFile"], settings["largestLog"])
        if application.kernel_manager.list_kernel_ids():
            last["time"] = time.monotonic()
        elif time.monotonic() - last["time"] > seconds:
            application.log.info("Nobody has used the gateway for %d s: it ends.", seconds)
            IOLoop.current().add_callback(application.stop)

    PeriodicCallback(check, min(60, seconds / 2) * 1000).start()


def lock_alone(path):
    """The users' lock when nobody else has it, else None. Each user holds a shared one, which the system takes from the dead."""
    import sqlite3

    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        return connection
    except sqlite3.Error:
        connection.close()
        return None


def watch_users(application, settings):
    """Once a second: ends the gateway and its kernels when it has had no user for the time given."""
    from tornado.ioloop import PeriodicCallback

    seconds = settings["endUnusedSeconds"]
    state = {"since": None, "lock": None}

    def check():
        if state["lock"] is not None:
            return
        lock = None if os.path.exists(settings["keepFile"]) else lock_alone(settings["usersFile"])
        if lock is None:
            state["since"] = None
            return
        state["since"] = state["since"] or time.monotonic()
        if time.monotonic() - state["since"] < seconds:
            lock.close()
            return
        # Kept until the end of the process: nobody begins to use a gateway that is ending.
        state["lock"] = lock
        application.log.info("Nobody has used the gateway for %d s: it ends.", seconds)
        last_resort = threading.Timer(10, os.kill, [os.getpid(), signal.SIGKILL])
        last_resort.daemon = True
        last_resort.start()
        os.kill(os.getpid(), signal.SIGTERM)

    PeriodicCallback(check, 1000).start()


def main():
    settings = json.loads(sys.stdin.buffer.readline())
    application = make_application(settings)
    application.initialize([])
    last = log_requests(application)
    watch(application, last, settings)
    watch_users(application, settings)
    write_atomically(settings["portFile"], str(listening_port(application)))
    application.start()


if __name__ == "__main__":
    main()
