"""Removes a kernel's private folder with its home, of this kernel or of one that died. Needs nothing of the kernel's side, which
the user's code may have broken. `request` and `remove_tree` are put here by the client."""
import os
import tempfile

home = os.path.dirname(request['folder'])
if not os.path.basename(home).startswith('code-interpreter-home-') or os.path.islink(home):
    raise ValueError('not the home of a private folder')
# A folder that is somebody's working directory can't be removed everywhere.
os.chdir(tempfile.gettempdir())
remove_tree(home)
