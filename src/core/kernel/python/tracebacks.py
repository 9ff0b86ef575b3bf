"""Keeps the frames of this program out of tracebacks: users see their own code and what it called, as without it."""
import sys
import types

from _code_interpreter import imports

_state = {'folders': ['<code interpreter>'], 'undo': []}


def install(folder=None):
    """Hides frames of the kernel's side, and of files in `folder`."""
    if folder is not None and folder not in _state['folders']:
        _state['folders'].append(folder)
    if _state['undo']:
        return
    imports.after('traceback', _in_traceback)
    _state['undo'].append(_restoring(sys, 'excepthook', sys.excepthook))
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _excepthook
    shell = sys.modules.get('IPython.core.interactiveshell')
    if shell is not None and shell.InteractiveShell.initialized():
        _in_shell(shell.InteractiveShell.instance())


def uninstall():
    while _state['undo']:
        _state['undo'].pop()()


def _restoring(holder, name, value):
    return lambda: setattr(holder, name, value)


def hidden(frame):
    return frame.f_code.co_filename.startswith(tuple(_state['folders']))


def strip(error):
    """Takes the hidden frames out of an exception's traceback, and out of those that led to it."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = without_hidden(error.__traceback__)
        if error.__context__ is not None and error.__context__ is not error.__cause__:
            strip(error.__context__)
        for member in getattr(error, 'exceptions', ()) or ():
            if isinstance(member, BaseException):
                strip(member)
        error = error.__cause__


def without_hidden(traceback):
    """A traceback without the hidden frames."""
    links = []
    while traceback is not None:
        links.append(traceback)
        traceback = traceback.tb_next
    if not any(hidden(link.tb_frame) for link in links):
        return links[0] if links else None
    rest = None
    for link in reversed(links):
        if not hidden(link.tb_frame):
            rest = types.TracebackType(rest, link.tb_frame, link.tb_lasti, link.tb_lineno)
    return rest


def _excepthook(kind, value, traceback):
    strip(value)
    sys.__excepthook__(kind, value, value.__traceback__)


def _in_traceback(module):
    """`traceback` walks frames through one or two functions, by version."""
    for name in ('walk_tb', '_walk_tb_with_full_positions'):
        walk = getattr(module, name, None)
        if walk is not None:
            _state['undo'].append(_restoring(module, name, walk))
            setattr(module, name, _walking(walk))


def _walking(walk):
    def walking(traceback):
        return walk(without_hidden(traceback))

    walking.__wrapped__ = walk
    return walking


def _in_shell(shell):
    """IPython formats tracebacks itself; it takes the exception from one place."""
    original = getattr(shell, '_get_exc_info', None)
    if original is None or '_get_exc_info' in vars(shell):
        return

    def _get_exc_info(*arguments, **options):
        kind, value, traceback = original(*arguments, **options)
        if isinstance(value, BaseException):
            strip(value)
        return kind, value, without_hidden(traceback)

    shell._get_exc_info = _get_exc_info
    _state['undo'].append(lambda: vars(shell).pop('_get_exc_info', None))
