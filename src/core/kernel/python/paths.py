"""The two names of the workspace: the virtual one that code uses, and the real one that the system knows."""
import os
import posixpath

_virtual = '/mnt/data'
_parent = '/mnt'
_root = None
_forms = ()
_nested = False
# How a path begins that can mean the virtual folder; the others are passed on at once.
_candidates = ('/mnt', '//', '/.', '..', './')


def enable(root, virtual='/mnt/data'):
    """From now on `virtual` means the folder `root`."""
    global _virtual, _parent, _root, _forms, _nested, _candidates
    _virtual = virtual
    _parent = posixpath.dirname(virtual)
    first = '/' + virtual.split('/')[1]
    _candidates = (first, '//', '/.', '..', './') + ((first.replace('/', '\\'),) if os.name == 'nt' else ())
    _root = root.rstrip('/') or root
    forms = []
    for form in (_root, os.path.realpath(_root)):
        if form not in forms:
            forms.append(form)
    _forms = tuple(forms)
    # The real folder can lie below a real /mnt/data: what is real already stays.
    _nested = any(_inside(form, virtual) for form in forms)


def disable():
    """From now on every path is passed on as it is."""
    global _root
    _root = None


def enabled():
    return _root is not None


def root():
    """The real folder, `None` while nothing is translated."""
    return _root


def virtual_root():
    return _virtual


def is_parent(path):
    """Whether this is the folder in which the virtual one appears."""
    return _root is not None and isinstance(path, str) and path.startswith('/') and posixpath.normpath(path) == _parent


def real(path, relative=True):
    """What the system has to be given for `path` (text, bytes, a path object; anything else is returned as it is).

    Paths that lead out of the workspace by `..` are those of the virtual tree. `relative`: the path is relative to the
    working directory, if it is relative at all.
    """
    if _root is None:
        return path
    if type(path) is str:
        if path.startswith(_candidates) or '..' in path:
            return _real_text(path, relative)
        return path
    if isinstance(path, str):
        return _real_text(str.__str__(path), relative) if path.startswith(_candidates) else path
    if isinstance(path, bytes):
        if b'data' not in path and b'..' not in path:
            return path
        text = os.fsdecode(path)
        found = _real_text(text, relative)
        return path if found is text else os.fsencode(found)
    if hasattr(type(path), '__fspath__'):
        text = os.fspath(path)
        found = real(text, relative)
        return path if found is text else found
    return path


def _real_text(path, relative):
    given = path.replace('\\', '/') if os.name == 'nt' else path
    if given.startswith(_virtual):
        rest = given[len(_virtual):]
        if not _nested and (rest == '' or (rest[0] == '/' and '/.' not in rest and '//' not in rest)):
            return _root + rest
    if not given.startswith('/'):
        if not relative or '..' not in given:
            return path
        here = _current_virtual()
        if here is None:
            return path
        # Inside, the relative path itself is right, whatever links it goes through.
        return _real_text(posixpath.normpath(here + '/' + given), False) if _climbs_out(here, given) else path
    normal = posixpath.normpath(given)
    if normal.startswith('//'):
        normal = normal[1:]
    if _nested and any(_inside(normal, form) for form in _forms):
        return path
    if _inside(normal, _virtual):
        ending = '/' if given.endswith(('/', '/.')) else ''
        return _root + normal[len(_virtual):] + ending
    # /mnt/data/../x is what it would be if the folder were there.
    return normal if _virtual in given else path


def _climbs_out(here, relative):
    """Whether a relative path leaves the workspace on its way, from the virtual folder `here`."""
    depth = here.count('/') - _virtual.count('/')
    for part in relative.split('/'):
        if part == '..':
            depth -= 1
        elif part not in ('', '.'):
            depth += 1
        if depth < 0:
            return True
    return False


def _inside(path, folder):
    return path == folder or path.startswith(folder + '/')


def _current_virtual():
    """The working directory's virtual path, `None` when it is elsewhere."""
    try:
        here = virtual(_getcwd())
    except OSError:
        return None
    return here if _inside(here, _virtual) else None


_getcwd = os.getcwd


def virtual(path):
    """The path as users know it, for one that the system gave; others are returned as they are."""
    if _root is None:
        return path
    if isinstance(path, bytes):
        text = os.fsdecode(path)
        found = virtual(text)
        return path if found is text else os.fsencode(found)
    if isinstance(path, str):
        for form in _forms:
            if path.startswith(form):
                rest = path[len(form):]
                if rest == '':
                    return _virtual
                if rest[0] in '/\\':
                    return _virtual + (rest.replace('\\', '/') if os.name == 'nt' else rest)
    return path
