"""Starts the kernel's side. Runs silently in a namespace of its own, so nothing of it is left in the user's.

`request` is put here by the client. The parts are kept as text and compiled when they are needed.
"""
import sys
import types

NAME = '_code_interpreter'


def module():
    """The one module object of the kernel's side; a new one where there is none, or one of another version."""
    present = sys.modules.get(NAME)
    if present is not None:
        if getattr(present, 'VERSION', None) == request['version']:
            return present
        present.stop()
    made = types.ModuleType(NAME)
    made.__path__ = []
    made.VERSION = request['version']
    made.SOURCES = request['sources']
    sys.modules[NAME] = made
    exec(compile(request['sources']['bootstrap'], '<code interpreter>/bootstrap.py', 'exec'), made.__dict__)
    return made


module().start(request)
