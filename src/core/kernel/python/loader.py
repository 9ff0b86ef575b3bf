"""Starts the kernel's side. Runs silently in a namespace of its own, so nothing of it is left in the user's.

`request` is put here by the client. The parts are kept as text, and compiled when they are imported.
"""
import importlib.util
import sys
import types

NAME = '_code_interpreter'


class Parts:
    """Finds the parts of the kernel's side, which are in no folder."""

    def __init__(self, sources):
        self.sources = sources

    def find_spec(self, name, path=None, target=None):
        package, _, part = name.rpartition('.')
        if package != NAME or part not in self.sources:
            return None
        return importlib.util.spec_from_loader(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        part = module.__name__.rpartition('.')[2]
        exec(compile(self.sources[part], '<code interpreter>/%s.py' % part, 'exec'), module.__dict__)


def package():
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
    made.PARTS = Parts(request['sources'])
    # At the end: it is asked only for what nobody else has.
    sys.meta_path.append(made.PARTS)
    sys.modules[NAME] = made
    exec(compile(request['sources']['bootstrap'], '<code interpreter>/bootstrap.py', 'exec'), made.__dict__)
    return made


package().start(request)
