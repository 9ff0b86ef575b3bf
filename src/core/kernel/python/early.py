"""Puts functions in the place of others, also where a module took its own reference before: `from os import listdir`,
a class attribute, a default argument, a set of functions."""
import os
import sys
from types import FunctionType

# Modules of the standard library that keep such references in their classes and default arguments.
WITH_CLASSES = ('pathlib', 'pathlib._local', 'pathlib._abc', 'pathlib._os', 'glob', 'tempfile', 'shutil', 'zipfile', 'tarfile')
SETS = ('supports_dir_fd', 'supports_effective_ids', 'supports_fd', 'supports_follow_symlinks')

_undo = []


def replace(pairs):
    """Replaces each first function by the second, in every module that is loaded."""
    if _undo:
        return
    instead = {id(function): wrapper for function, wrapper in pairs}
    for name, module in list(sys.modules.items()):
        names = getattr(module, '__dict__', None)
        if type(names) is not dict or name.startswith('_code_interpreter'):
            continue
        for key, value in list(names.items()):
            if id(value) in instead and callable(value):
                _set(names, key, value, instead[id(value)])
            elif type(value) is FunctionType and id(value.__dict__.get('__wrapped__')) in instead:
                # Pickled along with a function that is pickled whole, as IPython's own `open` of a cell is.
                _set(value.__dict__, '__wrapped__', value.__wrapped__, instead[id(value.__wrapped__)])
    for name in WITH_CLASSES:
        module = sys.modules.get(name)
        if module is not None:
            _in_classes(module, instead)
    for name in SETS:
        functions = getattr(os, name, None)
        if isinstance(functions, set):
            added = [instead[id(function)] for function in functions if id(function) in instead]
            functions.update(added)
            _undo.append(lambda functions=functions, added=added: functions.difference_update(added))


def restore():
    """Undoes what `replace` did."""
    while _undo:
        _undo.pop()()


def _set(names, key, value, wrapper):
    def undo():
        if names.get(key) is wrapper:
            names[key] = value

    names[key] = wrapper
    _undo.append(undo)


def _in_classes(module, instead):
    for found in list(vars(module).values()):
        if isinstance(found, type) and found.__module__ == module.__name__:
            for key, value in list(vars(found).items()):
                held = value.__func__ if isinstance(value, staticmethod) else value
                if id(held) in instead:
                    made = instead[id(held)]
                    setattr(found, key, staticmethod(made) if held is not value else made)
                    _undo.append(lambda found=found, key=key, value=value: setattr(found, key, value))
                else:
                    _in_defaults(held, instead)
        else:
            _in_defaults(found, instead)


def _in_defaults(function, instead):
    defaults = getattr(function, '__defaults__', None)
    if isinstance(defaults, tuple) and any(id(value) in instead for value in defaults):
        function.__defaults__ = tuple(instead.get(id(value), value) for value in defaults)
        _undo.append(lambda: setattr(function, '__defaults__', defaults))
