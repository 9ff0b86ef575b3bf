"""Translates where a cell calls a library that opens files in C: such a library gets the real path, whatever expression made it.

A call in the cell's syntax tree that may take a path is given two marks: one looks at the function, as soon as it is known, and one
at each argument. Only what is handed to a library that does not go through Python's `open` is translated; the text of the cell, its
literals and its line and column numbers are what they were.
"""
import ast
import builtins
import os
import re
import sys

from _code_interpreter import paths, text

CALL = '__code_interpreter_call__'
ARGUMENT = '__code_interpreter_argument__'

# Libraries that open files through Python, where the virtual path works and is what they should see and say.
HOOKED = frozenset(
    'pandas numpy matplotlib PIL openpyxl xlsxwriter docx pptx seaborn plotly IPython ipykernel ipywidgets requests joblib yaml '
    'dateutil pytz packaging setuptools pip tqdm bs4 jinja2 tabulate altair bokeh cloudpickle dill _code_interpreter __main__'.split()
)
# Names of functions that may take a path.
_takes_path = re.compile(
    r'read|write|load|save|open|scan|sink|export|import|parse|connect|execute|query|sql|dump|store|^(?:to|from)_|_(?:to|from)_|'
    r'File|Reader|Writer|Dataset|Database|Document|Image|Video|Capture|Sound|Audio|Store|Session|Index|Model|Font|truetype|DLL'
)
_statement = re.compile(r'execute|executemany|executescript|sql|query|read_sql|table|view', re.I)
_attach = re.compile(r'\s*(?:attach|vacuum)\b', re.I)

_state = {'transformer': None, 'numbers': 0}
_kinds = {}


def install():
    shell = _shell()
    if shell is None or _state['transformer'] is not None:
        return
    define()
    _state['transformer'] = _Marks()
    shell.ast_transformers.append(_state['transformer'])


def define():
    """What marks call. A process that is sent functions of a cell, by cloudpickle, needs it too."""
    setattr(builtins, CALL, _call)
    setattr(builtins, ARGUMENT, _argument)


def uninstall():
    """Cells that ran before keep their marks, which do nothing while no path is translated."""
    shell = _shell()
    if shell is not None and _state['transformer'] in shell.ast_transformers:
        shell.ast_transformers.remove(_state['transformer'])
    _state['transformer'] = None


def _shell():
    interactive = sys.modules.get('IPython.core.interactiveshell')
    if interactive is None or not interactive.InteractiveShell.initialized():
        return None
    return interactive.InteractiveShell.instance()


class _Marks(ast.NodeTransformer):
    """Marks the calls that may take a path."""

    def visit(self, node):
        if paths.root() is None and isinstance(node, ast.Module):
            return node
        return super().visit(node)

    def visit_arg(self, node):
        return node

    def visit_AnnAssign(self, node):
        node.target = self.visit(node.target)
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        if not (node.args or node.keywords) or not _worth_marking(node):
            return node
        _state['numbers'] += 1
        number = _state['numbers']
        node.func = _marked(CALL, number, node.func)
        node.args = [_mark_argument(number, value) for value in node.args]
        for keyword in node.keywords:
            if keyword.arg is not None:
                keyword.value = _mark_argument(number, keyword.value)
        return node


def _worth_marking(node):
    name = getattr(node.func, 'attr', None) or getattr(node.func, 'id', '')
    if name in ('print', 'len', 'open', 'super', 'isinstance', 'Path', 'PurePath', 'str', 'repr'):
        return False
    return bool(_takes_path.search(name)) or any(
        _mentions(value) for value in node.args + [keyword.value for keyword in node.keywords]
    )


def _mentions(node):
    """Whether an argument is written with the virtual folder in it: a literal, an f-string, or text put together."""
    if isinstance(node, ast.Constant):
        value = node.value
        return isinstance(value, str) and 'mnt' in value or isinstance(value, bytes) and b'mnt' in value
    if isinstance(node, ast.JoinedStr):
        return any(_mentions(value) for value in node.values)
    if isinstance(node, ast.BinOp):
        return _mentions(node.left) or _mentions(node.right)
    return isinstance(node, (ast.List, ast.Tuple)) and any(_mentions(value) for value in node.elts)


def _mark_argument(number, node):
    if isinstance(node, (ast.Starred, ast.Lambda, ast.GeneratorExp, ast.Dict, ast.Await, ast.Yield, ast.YieldFrom)):
        return node
    if isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes)):
        return node
    return _marked(ARGUMENT, number, node)


def _marked(name, number, node):
    mark = ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[ast.Constant(value=number), node], keywords=[])
    for made in (mark, mark.func, mark.args[0]):
        ast.copy_location(made, node)
    return mark


def _call(number, function):
    """The function of a marked call: is it one that needs the real path?"""
    _kinds[number] = _kind(function) if paths.root() is not None else None
    return function


def _argument(number, value):
    """An argument of a marked call."""
    kind = _kinds.get(number)
    return value if kind is None else _for_library(kind, value)


def _for_library(kind, value):
    if isinstance(value, str):
        if kind == 'attach':
            return text.sql(value) if _attach.match(value) else value
        if value.startswith('file:'):
            return text.replace(value)
        found = paths.real(value, relative=False)
        return text.sql(value) if kind == 'sql' and found is value else found
    if isinstance(value, bytes):
        return paths.real(value, relative=False)
    if isinstance(value, os.PathLike):
        found = paths.real(value, relative=False)
        return value if found is value else _as_given(value, found)
    if kind != 'attach' and type(value) in (list, tuple) and value and all(isinstance(item, (str, os.PathLike)) for item in value):
        return type(value)(_for_library(kind, item) for item in value)
    return value


def _as_given(value, found):
    try:
        return type(value)(found)
    except TypeError:
        return found


def _kind(function):
    """`None`: the virtual path works. Otherwise `path`, `sql` (a path, or statements that name paths) or `attach` (statements only)."""
    owner = getattr(function, '__self__', None)
    module = None
    if owner is not None and not isinstance(owner, type(sys)):
        module = getattr(owner if isinstance(owner, type) else type(owner), '__module__', None)
    module = module or getattr(function, '__module__', None) or getattr(type(function), '__module__', None)
    if not isinstance(module, str):
        return None
    top = module.partition('.')[0]
    if top in ('sqlite3', '_sqlite3'):
        return 'attach'
    if top == 'ctypes' and not isinstance(function, type):
        # A function of a shared library.
        return 'path' if any(base.__name__.endswith('CFuncPtr') for base in type(function).__mro__) else None
    if top in ('_io', 'io'):
        return 'path' if function.__name__ == 'FileIO' else None
    if top in HOOKED or top in _standard() or _is_users(top):
        return None
    return 'sql' if _statement.search(getattr(function, '__name__', '') or '') else 'path'


def _standard():
    return getattr(sys, 'stdlib_module_names', None) or _old_standard()


def _old_standard(found=[]):
    """The names of the standard library's modules, before Python 3.10 told them."""
    if not found:
        folder = os.path.dirname(os.__file__)
        names = {name.partition('.')[0] for name in os.listdir(folder)}
        found.append(frozenset(names | set(sys.builtin_module_names) | {'builtins'}))
        dynamic = os.path.join(folder, 'lib-dynload')
        if os.path.isdir(dynamic):
            found[0] = found[0] | {name.partition('.')[0] for name in os.listdir(dynamic)}
    return found[0]


def _is_users(top):
    """A module that lies in the workspace."""
    module = sys.modules.get(top)
    file = getattr(module, '__file__', None)
    return isinstance(file, str) and file.startswith(paths.virtual_root() + '/')
