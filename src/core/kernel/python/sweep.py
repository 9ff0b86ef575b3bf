"""Removes the home of a private folder whose kernel is gone, when its mark proves whose it is. Needs nothing of the kernel's side.
`request` is put here by the client."""
import os
import shutil
import stat

folder, mark = request['folder'], request['mark']
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
shutil.rmtree(home, ignore_errors=True)
if os.path.lexists(home):
    raise OSError('it is still there')
