"""Notes the files that code writes outside of the workspace, where nothing is kept, so that the result can say so.

An audit hook hears of every file that Python opens (https://docs.python.org/3/library/audit_events.html). It can't be taken away
again, only silenced. What a library of native code or another program writes it does not hear of.
"""
import os
import re
import sys
import sysconfig

LIMIT = 20
NOTED = 500

_state = {'hooked': False, 'inside': None, 'paths': {}}
# Caches, and names that nobody has chosen: of temporary files, of cells.
_nobodys = re.compile(
    r'/\.|/__pycache__/|^/(?:dev|proc|sys)/|/(?:tmp[a-z0-9_]{8}|ipykernel_\d+|code-interpreter-(?:home|[0-9]*)-[^/]*|joblib_[^/]*|pymp-[^/]*)(?:[/.]|\Z)'
)


def install(folders):
    """`folders` are the spellings of the workspace."""
    _state['inside'] = tuple(folder.rstrip(os.sep) + os.sep for folder in folders)
    if not _state['hooked']:
        _state['hooked'] = True
        sys.addaudithook(_heard)


def uninstall():
    _state['inside'] = None
    _state['paths'].clear()


def take():
    """Files that were written since the last time and are still there, and how many more there are."""
    noted = list(_state['paths'])
    _state['paths'].clear()
    installed = tuple({os.path.realpath(path) + os.sep for path in (sys.prefix, *sysconfig.get_paths().values())})
    found = []
    for path in noted:
        real = os.path.realpath(path)
        if (
            real not in found
            and os.path.isfile(real)
            and not real.startswith(installed)
            and not (_state['inside'] and real.startswith(_state['inside']))
            and not _nobodys.search(real)
        ):
            found.append(real)
    return found[:LIMIT], max(0, len(found) - LIMIT)


def _heard(event, arguments):
    inside = _state['inside']
    if inside is None or (event != 'open' and event != 'os.rename'):
        return
    try:
        if event == 'open':
            path, _, flags = arguments
            if not flags & (os.O_WRONLY | os.O_RDWR):
                return
        else:
            path = arguments[1]
        path = os.fsdecode(path)
        if os.path.isabs(path):
            absolute = path
        else:
            absolute = os.path.join(os.getcwd(), path)
        if not absolute.startswith(inside) and len(_state['paths']) < NOTED:
            _state['paths'][absolute] = None
    except Exception:
        # A descriptor, or something that the system will refuse.
        pass
