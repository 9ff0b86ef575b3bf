"""sitecustomize of a Python that translated code has started: it translates too, before anything else is imported."""
import os
import sys


def _translate(here):
    import types

    package = types.ModuleType('_code_interpreter')
    package.__path__ = [here]
    sys.modules['_code_interpreter'] = package
    from _code_interpreter import calls, children, hooks, natives, paths, tracebacks

    paths.enable(os.environ['CODE_INTERPRETER_ROOT'], os.environ['CODE_INTERPRETER_VIRTUAL'])
    pairs = children.install(here)
    hooks.install(pairs)
    natives.install()
    calls.define()
    tracebacks.install(here)


def _others(here):
    """The sitecustomize that this one stands before."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    spec = PathFinder.find_spec('sitecustomize', [entry for entry in sys.path if os.path.abspath(entry or '.') != here])
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules['sitecustomize'] = module
        spec.loader.exec_module(module)


_here = os.path.dirname(os.path.abspath(__file__))
if sys.version_info >= (3, 8) and os.environ.get('CODE_INTERPRETER_ROOT'):
    try:
        _translate(_here)
    except Exception as error:
        sys.stderr.write('code interpreter: /mnt/data is not translated in this process: %r\n' % (error,))
if sys.version_info >= (3, 5):
    _others(_here)
