"""Names the user's documents in errors, and tells what an error was about.

The metadata of a cell's `execute_request` names the document that its code comes from; its lines are that document's already.
IPython asks its compiler what a piece of code is called in tracebacks: `Cell In[3]`, or here `File report.py`.
"""
import linecache
import os
import sys

import _code_interpreter

KEY = 'code_interpreter'
LIMIT = 1000
MOST_FRAMES = 50
_state = {'shell': None, 'documents': {}, 'error': None}


def install():
    """Names documents from now on, in IPython; other kernels keep their own names."""
    shell = _shell()
    if shell is None or _state['shell'] is shell:
        return
    uninstall()
    _state['shell'] = shell
    shell.events.register('pre_run_cell', _begin)
    shell.events.register('post_run_cell', _end)
    compiler = shell.compile
    if hasattr(compiler, 'format_code_name'):
        cache, format_code_name = compiler.cache, compiler.format_code_name

        def caching(*arguments, **options):
            name = cache(*arguments, **options)
            _remember(name)
            return name

        def naming(name):
            document = _state['documents'].get(name)
            return format_code_name(name) if document is None else ('File', document)

        compiler.cache = caching
        compiler.format_code_name = naming


def uninstall():
    shell = _state['shell']
    if shell is None:
        return
    _state['shell'] = None
    for event, callback in (('pre_run_cell', _begin), ('post_run_cell', _end)):
        if callback in shell.events.callbacks[event]:
            shell.events.unregister(event, callback)
    for name in ('cache', 'format_code_name'):
        vars(shell.compile).pop(name, None)


def take():
    """What the last run's error was about; `None` where it raised none."""
    error = _state['error']
    _state['error'] = None
    return error


def _begin(info=None):
    _state['error'] = None


def _end(result=None):
    """A run is over: requests that are silent don't come here."""
    try:
        error = result.error_in_exec or result.error_before_exec
        if error is not None:
            _state['error'] = {'missingFile': _missing_file(error), 'frames': _frames(error)}
    except Exception:
        _state['error'] = None


def _shell():
    interactive = sys.modules.get('IPython.core.interactiveshell')
    if interactive is None or not interactive.InteractiveShell.initialized():
        return None
    return interactive.InteractiveShell.instance()


def _remember(name):
    """The code of this name is the running cell's: the same code from elsewhere is that one's from now on."""
    documents = _state['documents']
    documents.pop(name, None)
    try:
        told = _state['shell'].get_parent()['metadata'][KEY]
        document = told['document']
        _empty(linecache.cache[name][2], told['firstLine'])
    except Exception:
        return
    while len(documents) >= LIMIT:
        documents.pop(next(iter(documents)), None)
    documents[name] = document


def _empty(lines, count):
    """The lines before the code are comments, put there by the client: nobody is to see them in a traceback."""
    for index in range(min(count, len(lines))):
        if lines[index].strip() == '#':
            lines[index] = '\n'


def _frames(error):
    """Where in documents it was raised, the innermost last: lines from 1, columns from 0 as editors count them, in UTF-16."""
    documents = _state['documents']
    found = []
    link = error.__traceback__
    while link is not None:
        code = link.tb_frame.f_code
        if code.co_filename in documents:
            line, column = _position(code, link)
            found.append({'document': documents[code.co_filename], 'line': line, 'column': column})
        link = link.tb_next
    if isinstance(error, SyntaxError) and error.filename in documents and error.lineno:
        text = error.text or linecache.getline(error.filename, error.lineno)
        column = _utf16(text[: max(0, (error.offset or 1) - 1)])
        found.append({'document': documents[error.filename], 'line': error.lineno, 'column': column})
    return found[-MOST_FRAMES:]


def _position(code, link):
    """Python 3.11 and later know the column, in bytes of UTF-8."""
    positions = getattr(code, 'co_positions', None)
    if positions is not None:
        for index, (line, _, column, _) in enumerate(positions()):
            if index == link.tb_lasti // 2:
                if line == link.tb_lineno and column is not None:
                    text = linecache.getline(code.co_filename, line).encode('utf-8', 'surrogatepass')
                    return line, _utf16(text[:column].decode('utf-8', 'ignore'))
                break
    return link.tb_lineno, None


def _utf16(text):
    return len(text.encode('utf-16-le', 'surrogatepass')) // 2


def _missing_file(error):
    """The path that was not found, as users know it: of the error itself, or of one that led to it."""
    waiting, seen = [error], set()
    while waiting:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        if isinstance(link, FileNotFoundError):
            name = _text(link.filename) or _named_in(link)
            if name:
                return _virtual(name)
        waiting.append(link.__cause__)
        if not link.__suppress_context__:
            waiting.append(link.__context__)
        waiting.extend(each for each in getattr(link, 'exceptions', ()) or () if isinstance(each, BaseException))
    return None


def _named_in(error):
    """Some libraries (NumPy) raise it with a sentence only: the file is what a frame on the way there holds that the sentence names."""
    sentence = str(error)
    links = []
    link = error.__traceback__
    while link is not None:
        links.append(link)
        link = link.tb_next
    for link in reversed(links):
        texts = (_text(value) for value in list(link.tb_frame.f_locals.values()))
        named = [text for text in texts if text and text in sentence and text != sentence and os.path.splitext(text)[1]]
        if named:
            return max(named, key=len)
    return None


def _text(value):
    try:
        return os.fsdecode(value)
    except TypeError:
        return None


def _virtual(name):
    path = _code_interpreter.to_virtual(name)
    if not os.path.isabs(path):
        path = os.path.join(_code_interpreter.to_virtual(os.getcwd()), path)
    return os.path.normpath(path).replace(os.sep, '/')
