"""Translates the body of `%%bash` and its kind, which a shell reads from its standard input. Other magics and `!` commands need
nothing of their own: they open files and start shells like any code."""
import functools
import os
import sys
import types

from _code_interpreter import imports, paths

_state = {'undo': []}


def install():
    if not _state['undo']:
        imports.after('IPython.core.magics.script', _wrap)


def _wrap(module):
    script_class = module.ScriptMagics
    original = script_class.shebang
    wrapper = _wrapped(original)
    script_class.shebang = wrapper
    _state['undo'].append(lambda: setattr(script_class, 'shebang', original))
    cells = sys.modules['IPython.core.interactiveshell'].InteractiveShell.instance().magics_manager.magics['cell']
    registered = cells.get('script')
    # IPython 9 registers magics when they are first used.
    if getattr(registered, '__func__', None) is original:
        cells['script'] = types.MethodType(wrapper, registered.__self__)
        _state['undo'].append(lambda: cells.__setitem__('script', registered))


def uninstall():
    while _state['undo']:
        _state['undo'].pop()()


def _wrapped(original):
    @functools.wraps(original)
    def shebang(self, line, cell):
        if paths.root() is not None:
            from _code_interpreter import text

            if any(os.path.basename(word) in text.SHELLS for word in line.split()):
                cell = text.shell(cell)
        return original(self, line, cell)

    return shebang
