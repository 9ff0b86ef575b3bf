"""Removes the home of a private folder whose kernel is gone, when its mark proves whose it is. Needs nothing of the kernel's side.
`request` and `remove_tree` are put here by the client."""
import os
import stat
import tempfile

# One that was only to be made is told from the folder for temporary files.
folder, mark = os.path.join(os.path.realpath(tempfile.gettempdir()), request['folder']), request['mark']
home = os.path.dirname(folder)
if not os.path.basename(home).startswith('code-interpreter-home-'):
    raise ValueError('not the home of a private folder')
found = os.lstat(home)
if not stat.S_ISDIR(found.st_mode) or (hasattr(os, 'getuid') and found.st_uid != os.getuid()):
    raise ValueError('not a folder of ours')
descriptor = os.open(os.path.join(home, 'owner'), os.O_RDONLY | getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_NONBLOCK', 0))
try:
    if os.read(descriptor, 4096) != mark.encode():
        raise ValueError('the mark is another one')
finally:
    os.close(descriptor)
here = os.getcwd()
if os.path.commonpath([os.path.realpath(here), os.path.realpath(home)]) == os.path.realpath(home):
    raise ValueError('it is in use')
remove_tree(home)
