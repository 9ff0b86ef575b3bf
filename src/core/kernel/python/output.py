"""Counts what a run sends as output: a kernel's output channel drops messages in silence when it can't keep up (ZeroMQ's
high-water mark), and only a count tells that something is missing.

It counts at the kernel's session, where each message carries the run that it belongs to: what a thread of an earlier run
prints meanwhile is not counted for this one.
"""
import sys

DISPLAYS = ('display_data', 'update_display_data', 'execute_result')
LIMIT = 200
NOTHING = {'stdout': 0, 'stderr': 0, 'displays': 0}
_state = {'session': None, 'counts': {}, 'run': None}


def install():
    """Counts from now on, in ipykernel; other kernels are not counted."""
    session = getattr(sys.stdout, 'session', None)
    if session is None or not hasattr(session, 'send') or _state['session'] is session:
        return
    uninstall()
    original = session.send
    counts = _state['counts']

    def send(stream, msg_or_type, content=None, parent=None, *arguments, **options):
        sent = original(stream, msg_or_type, content, parent, *arguments, **options)
        try:
            if isinstance(msg_or_type, str):
                kind = msg_or_type
            else:
                kind = msg_or_type['header']['msg_type']
                content = msg_or_type['content']
                parent = parent or msg_or_type['parent_header']
            if kind == 'stream':
                text = content['text']
                size = len(text) if text.isascii() else len(text.encode('utf-8', 'surrogatepass'))
                _of(counts, parent)[content['name']] += size
            elif kind in DISPLAYS:
                _of(counts, parent)['displays'] += 1
        except Exception:
            pass
        return sent

    _state['session'] = session
    session.send = send
    shell = _shell()
    if shell is not None:
        shell.events.register('pre_run_cell', _begin)


def uninstall():
    if _state['session'] is not None:
        _state['session'].__dict__.pop('send', None)
        _state['session'] = None
        shell = _shell()
        if shell is not None and _begin in shell.events.callbacks['pre_run_cell']:
            shell.events.unregister('pre_run_cell', _begin)


def take():
    """Bytes of UTF-8 that the last run sent as stdout and stderr, and the number of its displays."""
    for stream in (sys.stdout, sys.stderr):
        # ipykernel 7 shows whether something waits; flushing costs a switch to another thread.
        if hasattr(stream, 'session') and getattr(stream, '_buffers', True):
            stream.flush()
    return _state['counts'].get(_state['run']) or dict(NOTHING)


def _begin(info=None):
    """A run begins: requests that are silent don't come here."""
    try:
        _state['run'] = _shell().get_parent()['header']['msg_id']
    except Exception:
        _state['run'] = None


def _shell():
    interactive = sys.modules.get('IPython.core.interactiveshell')
    if interactive is None or not interactive.InteractiveShell.initialized():
        return None
    return interactive.InteractiveShell.instance()


def _of(counts, parent):
    header = parent.get('header', parent)
    identity = header['msg_id']
    count = counts.get(identity)
    if count is None:
        while len(counts) >= LIMIT:
            counts.pop(next(iter(counts)), None)
        count = counts[identity] = dict(NOTHING)
    return count
