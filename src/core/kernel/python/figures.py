"""Tells which displayed figures the user also saved to a file, so that none is kept twice.

Matplotlib renders a figure for display into memory and a saved one to a path, both through one method. That method is
wrapped when matplotlib is imported; nothing is imported for it.
"""
import hashlib
import io
import os
import weakref

from _code_interpreter import imports, paths

TARGET = 'matplotlib.backend_bases'
_state = {'workspace': None, 'shown': [], 'saved': weakref.WeakSet(), 'original': None}


def install(workspace):
    """Watches figures from now on; `workspace` is where a saved one counts."""
    _state['workspace'] = workspace
    if _state['original'] is None:
        imports.after(TARGET, _wrap)


def uninstall():
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
    if _state['original'] is not None:
        return
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
    # Where paths are translated, what `realpath` gives may be the virtual path or the real one.
    root = paths.real(os.path.realpath(_state['workspace']))
    return paths.real(os.path.realpath(paths.real(path))).startswith(root.rstrip(os.sep) + os.sep)
