"""Does something to a module as soon as it has been imported, and imports nothing for it."""
import sys

_actions = {}


class _Finder:
    """Lets the other finders find a module that is waited for, and acts once it has run."""

    def find_spec(self, name, path=None, target=None):
        if name not in _actions:
            return None
        for finder in list(sys.meta_path):
            find = None if finder is self else getattr(finder, 'find_spec', None)
            spec = find(name, path, target) if find else None
            if spec is not None:
                if hasattr(spec.loader, 'exec_module'):
                    _act_after(spec.loader, name)
                return spec
        return None


_finder = _Finder()


def after(name, action):
    """Calls `action(module)` once: now, if the module is there already, else when it has been imported."""
    module = sys.modules.get(name)
    if module is not None:
        _attempt(action, module)
        return
    _actions.setdefault(name, []).append(action)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def forget():
    """Waits for nothing any more."""
    _actions.clear()
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)


def _act_after(loader, name):
    execute = loader.exec_module

    def exec_module(module):
        execute(module)
        for action in _actions.pop(name, ()):
            _attempt(action, module)

    try:
        loader.exec_module = exec_module
    except AttributeError:
        # A loader without attributes of its own (built-in and frozen modules).
        pass


def _attempt(action, module):
    try:
        action(module)
    except Exception:
        # A library that changed its insides must still import.
        pass
