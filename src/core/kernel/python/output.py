"""Counts what a run sends as output: a kernel's output channel drops messages in silence when it can't keep up (ZeroMQ's
high-water mark), and only a count tells that something is missing.

It counts at the kernel's session, where each message carries the run that it belongs to: what a thread of an earlier run
prints meanwhile is not counted for this one.
"""
import sys

DISPLAYS = ('display_data', 'update_display_data', 'execute_result')
LIMIT = 200
_state = {'session': None, 'send': None, 'counts': {}}


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

    _state['session'], _state['send'] = session, original
    session.send = send


def uninstall():
    if _state['session'] is not None:
        _state['session'].__dict__.pop('send', None)
        _state['session'] = None


def take():
    """By the id of each request: bytes of UTF-8 sent as stdout and stderr, and displays, since the last call."""
    for stream in (sys.stdout, sys.stderr):
        # ipykernel 7 shows whether something waits; flushing costs a switch to another thread.
        if hasattr(stream, 'session') and getattr(stream, '_buffers', True):
            stream.flush()
    counts = _state['counts']
    taken = dict(counts)
    for identity in taken:
        counts.pop(identity, None)
    return taken


def _of(counts, parent):
    header = parent.get('header', parent)
    identity = header['msg_id']
    count = counts.get(identity)
    if count is None:
        while len(counts) >= LIMIT:
            counts.pop(next(iter(counts)), None)
        count = counts[identity] = {'stdout': 0, 'stderr': 0, 'displays': 0}
    return count
