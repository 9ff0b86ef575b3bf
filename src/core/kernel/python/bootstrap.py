"""The kernel's side of a run: module `_code_interpreter`. Standard library only, Python 3.8 and later.

It repairs what a gateway strips from the environment, proves which folder the kernel can see, makes `/mnt/data` true
where it is not, and answers the client's questions. Starting it again with the same request changes nothing.
"""
import hashlib
import importlib
import json
import os
import sys
import tempfile

HOME_PREFIX = 'code-interpreter-home-'

_state = {'workspace': None, 'virtual': '/mnt/data', 'forms': [], 'private': {}, 'answer': None}


def part(name):
    """A part of the kernel's side, compiled at its first use."""
    return importlib.import_module(__name__ + '.' + name)


def _started(name):
    """A part that is in use already, else `None`."""
    return sys.modules.get(__name__ + '.' + name)


class Answer:
    """A value for the client, carried as JSON through a user expression."""

    def __init__(self, value):
        self.value = value

    def _repr_mimebundle_(self, include=None, exclude=None, **more):
        return {'application/json': self.value, 'text/plain': ''}

    def __repr__(self):
        return json.dumps(self.value)


def start(request):
    """Does what the client asks for, and keeps what it found for `answer()`; never raises."""
    problems = []

    def attempt(what, action, *arguments):
        try:
            return action(*arguments)
        except Exception as error:
            problems.append('%s: %s: %s' % (what, type(error).__name__, error))
            return None

    attempt('environment', part('environment').repair)
    if _started('translated'):
        _started('translated').disable()
    _state['virtual'] = request['virtualPath']
    found = attempt('workspace', _find_workspace, request, problems)
    if found is None:
        found = {'mounted': False, 'shared': False, 'answered': False}
        _state['workspace'] = _state['workspace'] or tempfile.gettempdir()
    mounted = found['mounted'] and not (request['grounding'] == 'translated' and found['shared'])
    translated = not mounted and request['grounding'] != 'untranslated'
    _state['forms'] = _forms(_state['workspace']) if translated else []
    if translated:
        attempt('grounding', _translate)
    elif _started('translated'):
        _started('translated').uninstall()
    attempt('working directory', os.chdir, _state['virtual'] if mounted else _state['workspace'])
    attempt('figures', part('figures').install, _state['workspace'])
    attempt('output', part('output').install)
    attempt('documents', part('documents').install)
    attempt('outside', part('outside').install, _forms(_state['workspace']) + ([_state['virtual']] if mounted or translated else []))
    found['grounding'] = 'mounted' if mounted else 'translated' if translated else 'untranslated'
    found['workspace'] = _state['workspace']
    found['forms'] = _state['forms']
    found.update(attempt('facts', _facts) or {})
    found['problems'] = problems
    _state['answer'] = found


def answer():
    """What `start` found."""
    return Answer(_state['answer'])


def move(request):
    """Starts again, for another workspace, and answers at once."""
    start(request)
    return answer()


def stop():
    """Takes everything away that `start` put into the kernel."""
    for name in ('translated', 'figures', 'output', 'documents', 'outside', 'imports'):
        module = _started(name)
        if module is not None:
            (module.forget if name == 'imports' else module.uninstall)()
    for name in [name for name in sys.modules if name.startswith(__name__ + '.')]:
        del sys.modules[name]
    if PARTS in sys.meta_path:
        sys.meta_path.remove(PARTS)
    sys.modules.pop(__name__, None)


def report():
    """What the client has to know at the end of a run, since the last report."""
    sent = part('output').take()
    outside, more = part('outside').take()
    return Answer(
        {
            'savedFigures': part('figures').take(),
            'stdoutBytes': sent['stdout'],
            'stderrBytes': sent['stderr'],
            'displays': sent['displays'],
            'cwd': to_virtual(_current_folder()),
            'error': part('documents').take(),
            'outside': outside,
            'moreOutside': more,
        }
    )


def to_virtual(path):
    """The path as users know it, where it lies in the workspace."""
    for form in _state['forms']:
        if path == form:
            return _state['virtual']
        if path is not None and path.startswith(form + os.sep):
            return _state['virtual'] + path[len(form):].replace(os.sep, '/')
    return path


def _translate():
    part('translated').enable(_state['workspace'], _state['virtual'], SOURCES, VERSION)


def _find_workspace(request, problems):
    """Which folder is the workspace, told by the file that the client put into it, and answered beside that file."""
    nonce = request['nonce']
    private = bool(request.get('private'))
    mounted = not private and _holds(request['virtualPath'], nonce)
    given = request['workspace']
    shared = not private and bool(given) and _holds(given, nonce)
    answered = False
    if mounted or shared:
        _state['workspace'] = request['virtualPath'] if mounted else given
        if mounted and shared and request['grounding'] == 'translated':
            _state['workspace'] = given
        try:
            with open(os.path.join(_state['workspace'], nonce['answerName']), 'x') as file:
                file.write(nonce['answer'])
            answered = True
        except OSError as error:
            problems.append('answer: %s' % error)
    if not answered:
        # A folder that can be seen and not written to is none to work in.
        mounted = shared = False
        _state['workspace'] = _private_folder(request)
    return {'mounted': mounted, 'shared': shared, 'answered': answered}


def _holds(folder, nonce):
    try:
        with open(os.path.join(folder, nonce['name']), 'rb') as file:
            return hashlib.sha256(file.read(4096)).hexdigest() == nonce['sha256']
    except (OSError, ValueError):
        return False


def _private_folder(request):
    """A folder of this kernel's own for each workspace that it can't see; the same one when it is asked for again. It lies
    in a home that holds its owner's mark, by which another kernel of this machine can find it when this one has died."""
    folders = _state['private']
    key = request.get('scope') or request['workspace'] or ''
    owner = request.get('owner')
    if key not in folders or not os.path.isdir(folders[key]):
        if owner:
            # Named by the client, who has written the name down: whatever becomes of either, somebody can look for it.
            home = os.path.join(os.path.realpath(tempfile.gettempdir()), HOME_PREFIX + owner['home'])
            os.mkdir(home, 0o700)
        else:
            home = os.path.realpath(tempfile.mkdtemp(prefix=HOME_PREFIX))
        folders[key] = os.path.join(home, 'data')
        os.mkdir(folders[key], 0o700)
    if owner:
        with open(os.path.join(os.path.dirname(folders[key]), owner['name']), 'w') as file:
            file.write(owner['content'])
    return folders[key]


def _forms(path):
    """The spellings in which the workspace's path can come back."""
    forms = []
    for form in (path.rstrip('/\\') or path, os.path.abspath(path), os.path.realpath(path)):
        if form not in forms:
            forms.append(form)
    return forms


def _current_folder():
    try:
        return os.getcwd()
    except OSError:
        return None


def _facts():
    ipykernel = sys.modules.get('ipykernel')
    return {
        'cwd': to_virtual(_current_folder()),
        'python': '%d.%d.%d' % sys.version_info[:3],
        'ipykernel': getattr(ipykernel, '__version__', None),
        'platform': sys.platform,
        'pid': os.getpid(),
        'mountFailure': os.environ.get('CODE_INTERPRETER_MOUNT_FAILURE') or None,
        'freeBytes': _free_bytes(_state['workspace']),
    }


def _free_bytes(folder):
    try:
        if hasattr(os, 'statvfs'):
            found = os.statvfs(folder)
            return found.f_bavail * found.f_frsize
        import shutil

        return shutil.disk_usage(folder).free
    except OSError:
        return None
