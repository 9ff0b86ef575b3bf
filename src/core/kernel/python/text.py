"""Puts the real path into text that another program reads: a command's arguments, shell code, SQL.

A path is meant only where one can begin and end: not in /mnt/database, /srv/mnt/data or https://host/mnt/data.
"""
import os
import re
import urllib.parse

from _code_interpreter import paths

SHELLS = ('sh', 'bash', 'zsh', 'dash', 'ksh', 'ash')
_spelled = re.compile(r'/+mnt/+(?:\./+)*data')
_right = re.compile(r'\.?[\w\-~+@]|[*?\[]|%(?![0-9A-Fa-f]{2})')
_right_escape = re.compile(r'%([0-9A-Fa-f]{2})|\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))')
_left = re.compile(r'[\w\-~+@.)}\]*?$/\\]\Z')
_left_anyway = re.compile(r'(?:(?:^|[^\\])(?:\\\\)*\\[ntr]|(?:^|[\s"\'=])-[A-Za-z])\Z')
_plain_word = re.compile(r'[^\w./:@%+=,-]')


def replace(text, quote=None, before='', addresses=False):
    """`text` with each mention of the virtual folder replaced; `before` stands before it in the same word.

    With `addresses` it is encoded where it stands in a `file:` address.
    """
    root = paths.root()
    if root is None or 'data' not in text:
        return text
    pieces = []
    start = 0
    for found in _spelled.finditer(text):
        left = (before + text[:found.start()])[-64:]
        begin = found.start()
        address = left[-5:].lower() == 'file:'
        if address and found.group().startswith('//'):
            begin += 2
        elif left.endswith(':') and found.group().startswith('//'):
            continue
        elif _left.search(left) and not _left_anyway.search(left):
            continue
        if _goes_on(text, found.end()):
            continue
        path = urllib.parse.quote(root) if address and addresses else root
        pieces += [text[start:begin], quote(path) if quote else path]
        start = found.end()
    return ''.join(pieces) + text[start:] if pieces else text


def _goes_on(text, position):
    """Whether more of the same name follows, or a pattern that its neighbours fit too."""
    escape = _right_escape.match(text, position)
    if not escape:
        return _right.match(text, position) is not None
    character = chr(int(escape.group(1) or escape.group(2) or escape.group(3), 16))
    return character >= '\x80' or re.match(r'[\w\-~+@]', character) is not None


def argument(value):
    """One argument of a command: no quoting, whatever it holds."""
    if isinstance(value, bytes):
        text = os.fsdecode(value)
        found = replace(text)
        return value if found == text else os.fsencode(found)
    if isinstance(value, str):
        return replace(value)
    return paths.real(value)


def arguments(values):
    """The arguments of a command; what a shell is given after `-c` is shell code."""
    found = []
    program = None
    code_next = False
    for value in values:
        if code_next and isinstance(value, (str, bytes)):
            # Python translates for itself.
            found.append(value if program == 'python' else shell(value))
            code_next = False
            program = None
            continue
        name = os.path.basename(os.fsdecode(value)) if isinstance(value, (str, bytes, os.PathLike)) else ''
        if program and re.match(r'-[A-Za-z]*c\Z', name):
            code_next = True
        elif name in SHELLS:
            program = 'shell'
        elif name.startswith('python'):
            program = 'python'
        elif not name.startswith('-'):
            program = None
        found.append(argument(value))
    return found


def sql(text):
    """SQL: a path is a text that begins with the virtual folder."""
    root = paths.root()
    if root is None or 'data' not in text:
        return text
    return re.sub(
        r"""(["'])(/+mnt/+(?:\./+)*data)(?=[/"'])""",
        lambda found: found.group(1) + root.replace(found.group(1), found.group(1) * 2),
        text,
    )


def shell(code):
    """Shell code. Here-documents are data, and comments are comments: they stay as they are."""
    if paths.root() is None:
        return code
    if isinstance(code, bytes):
        return os.fsencode(shell(os.fsdecode(code)))
    if 'data' not in code:
        return code
    return _scan(code, 0, None, ())[0]


def _replaced(text, quote, outer, before):
    """`outer` are the escapes of the substitutions by backticks around it, the inner ones first."""
    def quoted(path):
        path = quote(path)
        for escape in outer:
            path = escape(path)
        return path
    return replace(text, quoted, before, True)


def _backticks(path):
    return re.sub(r'[\\$`]', lambda found: '\\' + found.group(), path)


def _word(path):
    return _plain_word.sub(lambda found: '\\' + found.group(), path)


def _double(path):
    return re.sub(r'[\\$`"]', lambda found: '\\' + found.group(), path)


def _single(path):
    return path.replace("'", "'\\''")


def _ansi(path):
    return re.sub(r"[\\']", lambda found: '\\' + found.group(), path)


# The same grammar as src/core/paths/shellTranslator.ts; the tests run both over the same cases.
_word_piece = re.compile(r"""(?:[^ \t\r\n"'`$\\;&|<>()#]|(?<=[^ \t\r\n])#|\\[\s\S]|\$(?![('"]))+""")
_here_document = re.compile(r"""<<-?[ \t]*(\\?[A-Za-z_]\w*|'[^'\n]+'|"[^"\n]+")""", re.ASCII)


def _scan(code, start, close, outer):
    text = []
    position = start
    word = ''
    depth = 0
    waiting = []
    while position < len(code):
        character = code[position]
        quoted = None
        for opening, read in (('"', _double_quoted), ("'", _single_quoted), ("$'", _ansi_quoted), ('$"', _double_quoted)):
            if code.startswith(opening, position):
                quoted = (opening, read(code, position + len(opening), word, outer))
                break
        if quoted:
            text += [quoted[0], quoted[1][0]]
            word += code[position + len(quoted[0]):quoted[1][1] - 1]
            position = quoted[1][1]
            continue
        here = _here_document.match(code, position)
        if here and code[position - 1:position] != '<':
            waiting.append(re.sub(r'^\\|["\']', '', here.group(1)))
            text.append(here.group())
            position = here.end()
            continue
        if character == '#' and word == '':
            end = code.find('\n', position)
            end = len(code) if end < 0 else end
            text.append(code[position:end])
            position = end
            continue
        piece = _word_piece.match(code, position)
        if piece:
            text.append(_replaced(piece.group(), _word, outer, word))
            word += piece.group()
            position = piece.end()
            continue
        if character == '`':
            if close == '`':
                return ''.join(text) + '`', position + 1
            inner, position = _scan(code, position + 1, '`', (_backticks, *outer))
            text += ['`', inner]
            word = ')'
            continue
        text.append(character)
        position += 1
        word = '$' if character == '$' else ''
        if character == '(':
            depth += 1
        elif character == ')':
            if close == ')' and depth == 0:
                return ''.join(text), position
            depth -= 1
            word = ')'
        elif character == '\n' and waiting:
            end = _here_bodies(code, position, waiting)
            text.append(code[position:end])
            position = end
            waiting = []
    return ''.join(text), position


def _double_quoted(code, start, before, outer):
    text = []
    begin = position = start

    def part(end):
        return _replaced(code[begin:end], _double, outer, before if begin == start else '}')

    while position < len(code) and code[position] != '"':
        if code[position] == '\\':
            position += 2
        elif code.startswith('$(', position):
            inner, end = _scan(code, position + 2, ')', outer)
            text += [part(position), '$(', inner]
            position = begin = end
        elif code[position] == '`':
            inner, end = _scan(code, position + 1, '`', (_double, *outer))
            text += [part(position), '`', inner]
            position = begin = end
        else:
            position += 1
    end = min(position, len(code))
    return ''.join(text) + part(end) + code[end:end + 1], end + 1


def _single_quoted(code, start, before, outer):
    end = code.find("'", start)
    end = len(code) if end < 0 else end
    return _replaced(code[start:end], _single, outer, before) + code[end:end + 1], end + 1


def _ansi_quoted(code, start, before, outer):
    position = start
    while position < len(code) and code[position] != "'":
        position += 2 if code[position] == '\\' else 1
    end = min(position, len(code))
    return _replaced(code[start:end], _ansi, outer, before) + code[end:end + 1], end + 1


def _here_bodies(code, start, delimiters):
    position = start
    for delimiter in delimiters:
        found = False
        while position < len(code) and not found:
            end = code.find('\n', position)
            line = code[position:len(code) if end < 0 else end]
            found = line.lstrip('\t') == delimiter
            position = len(code) if end < 0 else end + 1
        if not found:
            return start
    return position
