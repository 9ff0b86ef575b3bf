"""Proves that another kernel, of any language, works on this machine and sees a folder: a file is put there, which that one copies, and the
copy is looked at. Both go afterwards. `request` is put here by the client."""
import contextlib
import os

original, copy = (os.path.join(request['folder'], request[name]) for name in ('original', 'copy'))
if request['step'] == 'put':
    with open(original, 'x') as file:
        file.write(request['content'])
else:
    try:
        with open(copy, 'rb') as file:
            if file.read(4096) != request['content'].encode():
                raise ValueError('the copy is another file')
    finally:
        for path in (original, copy):
            with contextlib.suppress(OSError):
                os.unlink(path)
