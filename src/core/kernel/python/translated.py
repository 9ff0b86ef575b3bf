"""Makes `/mnt/data` true in a kernel where it is not: paths are translated on their way to the system."""
_state = {'root': None}


def install(root, virtual='/mnt/data'):
    _state['root'] = root


def uninstall():
    _state['root'] = None


def real(path):
    return path
