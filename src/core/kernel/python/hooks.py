"""Translates paths where Python gives them to the system: `open` and the functions of `os`. Everything of the standard library
that opens, lists, copies or removes files goes through these, and so do most libraries.

The wrappers are made once, and stay right when the workspace changes. They are in no way visible in tracebacks.
"""
import builtins
import functools
import io
import os
import sys

from _code_interpreter import early, entries, paths

system = sys.modules.get('posix') or sys.modules.get('nt')
real = paths.real
virtual = paths.virtual

# The functions of `os` whose first argument is a path, and may be a descriptor.
ONE_PATH = (
    'access chdir chflags chmod chown chroot getxattr lchflags lchmod lchown listxattr lstat mkdir mkfifo mknod open '
    'pathconf readlink remove removexattr rmdir setxattr stat statvfs truncate unlink utime '
    '_getfinalpathname _getvolumepathname _getfullpathname _path_isdir _path_isfile _path_islink _path_exists _path_lexists '
    '_path_isjunction _path_splitroot'
).split()
TWO_PATHS = ('link', 'rename', 'replace', 'symlink')

_made = []


def install(more=()):
    """Puts the wrappers in place, and `more` pairs, also where somebody already holds the function itself."""
    if not _made:
        _made.extend(_wrappers())
        _made.extend(more)
    early.replace(_made)


def uninstall():
    """Puts the functions back."""
    early.restore()


def _wrappers():
    """Pairs of a function and what takes its place."""
    pairs = [(function, _opening(function)) for function in _distinct(builtins.open, io.open_code)]
    for name in ONE_PATH:
        function = getattr(system, name, None)
        if function is not None:
            pairs.append((function, _one_path(function)))
    for name in TWO_PATHS:
        function = getattr(system, name, None)
        if function is not None:
            pairs.append((function, _two_paths(function)))
    pairs.append((os.listdir, _listing(os.listdir)))
    pairs.append((os.scandir, _scanning(os.scandir)))
    for function in (os.getcwd, os.getcwdb):
        pairs.append((function, _answering(function)))
    for index, (function, wrapper) in enumerate(pairs):
        if function.__name__ == 'readlink':
            pairs[index] = (function, _answering(wrapper, function))
    return pairs


def _distinct(*functions):
    found = []
    for function in functions:
        if function not in found:
            found.append(function)
    return found


def told(error):
    """The error of the system, about the path that was asked for."""
    for name in ('filename', 'filename2'):
        value = getattr(error, name, None)
        if isinstance(value, (str, bytes)):
            setattr(error, name, virtual(value))


def standing_for(function, call):
    """`call(self, ...)` as a callable that stands for a function of C's: it does not become a method where it is put into a class,
    shows itself like the function, and is pickled by its name."""
    kind = type('builtin_function_or_method', (_Standing,), {'__call__': call, '__slots__': ('__dict__', '__weakref__')})
    return functools.update_wrapper(kind(), function)


class _Standing:
    __slots__ = ()

    def __repr__(self):
        return repr(self.__wrapped__)

    def __reduce__(self):
        return self.__qualname__

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def _opening(function):
    def call(self, file, *arguments, **options):
        found = real(file)
        try:
            opened = function(found, *arguments, **options)
        except OSError as error:
            told(error)
            raise
        if found is not file:
            _named(opened, file)
        return opened

    return standing_for(function, call)


def _named(opened, path):
    """The file's `name` is the path that it was opened by."""
    raw = getattr(opened, 'buffer', opened)
    raw = getattr(raw, 'raw', raw)
    try:
        raw.name = path
    except AttributeError:
        pass


def _one_path(function):
    def call(self, path, *arguments, **options):
        try:
            return function(real(path, not options or options.get('dir_fd') is None), *arguments, **options)
        except OSError as error:
            told(error)
            raise

    return standing_for(function, call)


def _two_paths(function):
    # A symbolic link's target is relative to the link.
    relative = function.__name__ != 'symlink'

    def call(self, src, dst, *arguments, **options):
        plain = not any(options.get(name) is not None for name in ('src_dir_fd', 'dst_dir_fd', 'dir_fd'))
        try:
            return function(real(src, plain and relative), real(dst, plain), *arguments, **options)
        except OSError as error:
            told(error)
            raise

    return standing_for(function, call)


def _answering(function, named=None):
    def call(self, *arguments, **options):
        return virtual(function(*arguments, **options))

    return standing_for(named or function, call)


def _listing(function):
    def call(self, path=None):
        try:
            if paths.is_parent(path):
                return entries.names_with_workspace(function, path)
            return function(real(path))
        except OSError as error:
            told(error)
            raise

    return standing_for(function, call)


def _scanning(function):
    def call(self, path=None):
        try:
            if paths.is_parent(path):
                return entries.ParentEntries(function, path)
            found = real(path)
            return function(path) if found is path else entries.Entries(function(found), path)
        except OSError as error:
            told(error)
            raise

    return standing_for(function, call)
