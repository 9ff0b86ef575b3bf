"""Tells which displayed figures the user also saved to a file, so that none is kept twice.

Matplotlib renders a figure for display into memory and a saved one to a path, both through one method. That method is
wrapped when matplotlib is imported; nothing is imported for it.
"""
import hashlib
import io
import os
import sys
import weakref

TARGET = 'matplotlib.backend_bases'
_state = {'workspace': None, 'shown': [], 'saved': weakref.WeakSet(), 'original': None, 'finder': None}


class _Finder:
    """Lets the other finders find matplotlib's module, then wraps it once it has run."""

    def find_spec(self, name, path=None, target=None):
        if name != TARGET:
            return None
        for finder in list(sys.meta_path):
            if finder is self or not hasattr(finder, 'find_spec'):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    _after(spec.loader)
                return spec
        return None


def _after(loader):
    execute = loader.exec_module

    def exec_module(module):
        execute(module)
        _wrap(module)

    loader.exec_module = exec_module


def install(workspace):
    """Watches figures from now on; `workspace` is where a saved one counts."""
    _state['workspace'] = os.path.realpath(workspace)
    if _state['finder'] is not None:
        return
    _state['finder'] = _Finder()
    sys.meta_path.insert(0, _state['finder'])
    module = sys.modules.get(TARGET)
    if module is not None and hasattr(module, 'FigureCanvasBase'):
        _wrap(module)


def uninstall():
    if _state['finder'] in sys.meta_path:
        sys.meta_path.remove(_state['finder'])
    _state['finder'] = None
    if _state['original'] is not None:
        canvas, print_figure = _state['original']
        canvas.print_figure = print_figure
        _state['original'] = None


def take():
    """The sha256 of each image rendered for display whose figure was also saved, since the last call."""
    shown = _state['shown']
    if not shown:
        return []
    _state['shown'] = []
    hashes = []
    for content, figure in shown:
        if (figure is True or figure() in _state['saved']) and content not in hashes:
            hashes.append(content)
    return hashes


def _wrap(module):
    canvas = module.FigureCanvasBase
    original = canvas.print_figure

    def print_figure(self, filename, *arguments, **options):
        before = filename.tell() if isinstance(filename, io.BytesIO) else None
        result = original(self, filename, *arguments, **options)
        try:
            _record(getattr(self, 'figure', None), filename, before)
        except Exception:
            pass
        return result

    print_figure.__doc__ = original.__doc__
    print_figure.__wrapped__ = original
    canvas.print_figure = print_figure
    _state['original'] = (canvas, original)


def _record(figure, target, before):
    if figure is None:
        return
    if before is not None:
        content = hashlib.sha256(target.getbuffer()[before:]).hexdigest()
        _state['shown'].append((content, True if figure in _state['saved'] else weakref.ref(figure)))
        return
    path = target if isinstance(target, (str, os.PathLike)) else getattr(target, 'name', None)
    if isinstance(path, (str, os.PathLike)) and _in_workspace(os.fspath(path)):
        _state['saved'].add(figure)


def _in_workspace(path):
    translated = sys.modules.get('_code_interpreter.translated')
    if translated is not None:
        path = translated.real(path)
    found = os.path.realpath(path)
    root = _state['workspace']
    return found.startswith(root.rstrip(os.sep) + os.sep)
