"""Repairs an environment that a gateway stripped: Enterprise Gateway passes on only what it was told to, so PATH and
HOME can be missing (https://jupyter-enterprise-gateway.readthedocs.io/en/latest/operators/config-add-env.html, EG_INHERITED_ENVS)."""
import codecs
import os
import sys
import tempfile


def repair():
    """Sets what is missing; leaves what is there."""
    environment = os.environ
    here = os.path.dirname(sys.executable or '')
    if os.name == 'posix':
        if not environment.get('PATH'):
            environment['PATH'] = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
            if sys.platform == 'darwin':
                environment['PATH'] = '/opt/homebrew/bin:' + environment['PATH']
        if not environment.get('HOME'):
            environment['HOME'] = _home()
    if here and here not in environment.get('PATH', '').split(os.pathsep):
        # `!pip` and `!python` are then those of this kernel.
        environment['PATH'] = here + os.pathsep + environment.get('PATH', '')
    if os.name == 'posix' and not any(environment.get(name) for name in ('LC_ALL', 'LC_CTYPE', 'LANG')):
        environment['LANG'] = 'C.UTF-8' if sys.platform.startswith('linux') else 'en_US.UTF-8'
    _repair_encoding(environment)
    # ipykernel sets it only when its own application starts the kernel: a gateway's launcher may not.
    if not environment.get('MPLBACKEND') and 'matplotlib' not in sys.modules and 'IPython' in sys.modules:
        environment['MPLBACKEND'] = 'module://matplotlib_inline.backend_inline'


def _home():
    try:
        import pwd

        home = pwd.getpwuid(os.getuid()).pw_dir
        if os.path.isdir(home):
            return home
    except (ImportError, KeyError):
        pass
    return tempfile.gettempdir()


def _repair_encoding(environment):
    """A name that is no codec stops each Python that this kernel starts."""
    name = environment.get('PYTHONIOENCODING', '').split(':')[0]
    if name:
        try:
            codecs.lookup(name)
        except LookupError:
            del environment['PYTHONIOENCODING']
