"""Translates for the processes that code starts: their arguments, working directory and environment; shell code is read as shell
code. A Python that is started so translates for itself, by a `sitecustomize` that it finds on its path."""
import functools
import os
import stat
import sys
import tempfile

from _code_interpreter import hooks, imports, paths

ROOT = 'CODE_INTERPRETER_ROOT'
VIRTUAL = 'CODE_INTERPRETER_VIRTUAL'
# The parts that a child needs, beside its sitecustomize.
PARTS = ('calls', 'child', 'children', 'early', 'entries', 'hooks', 'imports', 'natives', 'paths', 'text', 'tracebacks')

_state = {'pairs': [], 'popen': None, 'folder': None}


def install(folder):
    """Translates for children from now on; `folder` holds the sitecustomize for Python's, or is `None`."""
    _state['folder'] = folder
    if not _state['pairs']:
        _state['pairs'] = [(getattr(os, name), wrap(getattr(os, name))) for name, wrap in _WRAPS if hasattr(os, name)]
    _prepare(os.environ)
    imports.after('subprocess', _wrap_popen)
    return _state['pairs']


def uninstall():
    popen = _state['popen']
    if popen is not None:
        popen.__init__ = popen.__init__.__wrapped__
        _state['popen'] = None
    folder = _state['folder']
    os.environ.pop(ROOT, None)
    os.environ.pop(VIRTUAL, None)
    if folder is not None:
        kept = [part for part in os.environ.get('PYTHONPATH', '').split(os.pathsep) if part and part != folder]
        if kept:
            os.environ['PYTHONPATH'] = os.pathsep.join(kept)
        else:
            os.environ.pop('PYTHONPATH', None)


def child_folder(sources, version):
    """A private folder, one for each version of this program, from which a Python child starts translating; `None` if there can
    be none. It stays: the next kernel uses it again."""
    folder = os.path.join(tempfile.gettempdir(), 'code-interpreter-%s-%s' % (getattr(os, 'getuid', lambda: '')(), version))
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    except OSError:
        return None
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, 'getuid') and (found.st_uid != os.getuid() or found.st_mode & 0o022)):
        return None
    for name in PARTS:
        target = os.path.join(folder, ('sitecustomize' if name == 'child' else name) + '.py')
        if not os.path.exists(target):
            handle, partial = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, 'w', encoding='utf-8') as file:
                file.write(sources[name])
            os.replace(partial, target)
    return folder


def _prepare(environment):
    """What a child must find in its environment."""
    if paths.root() is None:
        return
    environment[ROOT] = paths.root()
    environment[VIRTUAL] = paths.virtual_root()
    folder = _state['folder']
    if folder is not None:
        known = [part for part in environment.get('PYTHONPATH', '').split(os.pathsep) if part]
        if folder not in known:
            environment['PYTHONPATH'] = os.pathsep.join([folder] + known)


def _environment(given):
    """A child's environment: its values translated, and what the translation needs."""
    from _code_interpreter import text

    if paths.root() is None:
        return given
    source = os.environ if given is None else given
    changed = {}
    for name, value in source.items():
        found = text.argument(value) if name not in (ROOT, VIRTUAL, 'PWD', b'PWD') else value
        if found is not value and found != value:
            changed[name] = found
    if given is None:
        return {**os.environ, **changed} if changed else None
    result = {**given, **changed}
    if not any(isinstance(name, bytes) for name in result):
        _prepare(result)
    return result


def _wrap_popen(module):
    popen = module.Popen
    original = popen.__init__
    if hasattr(original, '__wrapped__'):
        return

    @functools.wraps(original)
    def __init__(self, args, bufsize=-1, executable=None, *others, **options):
        given = None
        if paths.root() is not None:
            from _code_interpreter import text

            # The order of the other parameters has been the same since Python 3.2.
            for name, value in zip(_POPEN, others):
                options.setdefault(name, value)
            others = ()
            given = args
            args = _command(args, options.get('shell'), text)
            executable = paths.real(executable)
            options['cwd'] = paths.real(options.get('cwd'))
            options['env'] = _environment(options.get('env'))
        try:
            original(self, args, bufsize, executable, *others, **options)
            if given is not None:
                self.args = given
        except OSError as error:
            hooks.told(error)
            raise

    popen.__init__ = __init__
    _state['popen'] = popen


_POPEN = ('stdin', 'stdout', 'stderr', 'preexec_fn', 'close_fds', 'shell', 'cwd', 'env', 'universal_newlines',
          'startupinfo', 'creationflags', 'restore_signals', 'start_new_session', 'pass_fds')


def _command(args, in_shell, text):
    if isinstance(args, (str, bytes)):
        return text.shell(args) if in_shell or os.name == 'nt' else text.argument(args)
    if isinstance(args, os.PathLike):
        return paths.real(args)
    args = list(args)
    if in_shell and args and isinstance(args[0], (str, bytes)):
        return [text.shell(args[0])] + text.arguments(args[1:])
    return text.arguments(args)


def _system(function):
    def call(self, command):
        from _code_interpreter import text

        return function(text.shell(command))

    return hooks.standing_for(function, call)


def _exec(function):
    """execv, execve, posix_spawn: a path, the arguments, the environment."""

    def call(self, path, argv, *others, **options):
        if paths.root() is None:
            return function(path, argv, *others, **options)
        from _code_interpreter import text

        if others and isinstance(others[0], dict):
            others = (_environment(others[0]),) + others[1:]
        elif isinstance(options.get('env'), dict):
            options['env'] = _environment(options['env'])
        return function(paths.real(path), text.arguments(argv), *others, **options)

    return hooks.standing_for(function, call)


_WRAPS = (('system', _system), ('execv', _exec), ('execve', _exec), ('posix_spawn', _exec), ('posix_spawnp', _exec))
