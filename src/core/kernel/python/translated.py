"""Makes `/mnt/data` true in a kernel where it is not: every path is translated on its way to the system, and what the system
answers on its way back. Code keeps its own text: no literal is changed, so that `'/mnt/data'` printed, compared, counted or written
into a file is `/mnt/data`."""
from _code_interpreter import calls, children, hooks, magics, natives, paths, tracebacks


def enable(root, virtual, sources, version):
    """From now on `virtual` means `root`."""
    paths.disable()
    folder = children.child_folder(sources, version)
    paths.enable(root, virtual)
    tracebacks.install()
    hooks.install(children.install(folder))
    natives.install()
    calls.install()
    magics.install()


def disable():
    """Paths are passed on unchanged; the wrappers wait for another workspace."""
    paths.disable()


def uninstall():
    """Takes everything away."""
    paths.disable()
    magics.uninstall()
    calls.uninstall()
    natives.uninstall()
    children.uninstall()
    hooks.uninstall()
    tracebacks.uninstall()
