"""Translates for libraries that open files in C, past Python's `open`: at the function through which the rest of the library, or
another one, gives it the path. What code calls directly is translated where it is called (see calls.py)."""
import functools

from _code_interpreter import imports, paths, text

# Module -> what takes paths there: functions, classes, or methods as Class.method. Each was tried.
NATIVE = {
    '_dbm': ('open',),
    '_gdbm': ('open',),
    'ctypes': ('CDLL.__init__',),
    'h5py.h5f': ('open', 'create', 'is_hdf5'),
    'tables.file': ('File.__init__', 'open_file'),
    'PIL._imagingft': ('getfont',),
    'polars._utils.various': ('normalize_filepath',),
    'cv2': ('imread', 'imwrite', 'imreadmulti', 'imwritemulti', 'haveImageReader', 'haveImageWriter'),
    'torch.serialization': ('_open_zipfile_writer_file.__init__',),
    'lxml.etree': ('parse', 'iterparse'),
    'pyarrow': ('OSFile', 'memory_map', 'input_stream', 'output_stream'),
    'pyarrow.fs': ('_resolve_filesystem_and_path',),
    'pyarrow.csv': ('read_csv', 'open_csv', 'write_csv'),
    'pyarrow.feather': ('read_feather', 'read_table', 'write_feather'),
    'pyarrow.parquet': ('ParquetFile.__init__', 'read_schema', 'read_metadata'),
    'soundfile': ('SoundFile.__init__',),
}

_undo = []


def install():
    for name, attributes in NATIVE.items():
        imports.after(name, functools.partial(_wrap, attributes=attributes))
    imports.after('sqlite3', _wrap_sqlite)


def uninstall():
    while _undo:
        _undo.pop()()


def _wrap(module, attributes):
    for attribute in attributes:
        holder = module
        name = attribute
        if '.' in attribute:
            class_name, name = attribute.split('.')
            holder = getattr(module, class_name, None)
        function = getattr(holder, name, None)
        if function is not None and not hasattr(function, '__code_interpreter__'):
            _put(holder, name, function, (_subclass if isinstance(function, type) else _translating)(function))


def _put(holder, name, function, wrapper):
    wrapper.__code_interpreter__ = True
    try:
        setattr(holder, name, wrapper)
    except (AttributeError, TypeError):
        return
    _undo.append(lambda: setattr(holder, name, function))


def _translating(function):
    @functools.wraps(function)
    def wrapper(*arguments, **options):
        if paths.root() is not None:
            arguments = tuple(_real(value) for value in arguments)
            options = {name: _real(value) for name, value in options.items()}
        return function(*arguments, **options)

    return wrapper


def _subclass(original):
    """A class of C's takes its arguments when it is made."""

    def __new__(cls, *arguments, **options):
        return original.__new__(cls, *map(_real, arguments), **{name: _real(value) for name, value in options.items()})

    return type(original)(original.__name__, (original,), {'__new__': __new__, '__module__': original.__module__})


def _real(value):
    """Paths are given as text, bytes or path objects; nothing else is looked into."""
    return paths.real(value, relative=False) if isinstance(value, (str, bytes)) or hasattr(type(value), '__fspath__') else value


def _wrap_sqlite(module):
    """`connect`, of the package and of its modules; `ATTACH` and `VACUUM INTO` are translated where they are called."""
    for holder in (module, getattr(module, 'dbapi2', None)):
        function = getattr(holder, 'connect', None)
        if function is not None and not hasattr(function, '__code_interpreter__'):
            _put(holder, 'connect', function, _connecting(function))


def _connecting(function):
    @functools.wraps(function)
    def wrapper(database, *arguments, **options):
        return function(_database(database, options.get('uri')), *arguments, **options)

    return wrapper


def _database(database, uri):
    """A file: URI is one only where it is asked for: https://www.sqlite.org/uri.html"""
    if not (uri and isinstance(database, str) and database.startswith('file:')) or paths.root() is None:
        return paths.real(database)
    from urllib.parse import quote, unquote

    path, mark, parameters = database[len('file:'):].partition('?')
    plain = unquote(path[2:] if path.startswith('///') else path)
    found = paths.real(plain)
    return database if found is plain else 'file:' + quote(found) + mark + parameters
