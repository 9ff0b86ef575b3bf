"""Opens what lies in one folder and nothing else: no link is followed on the way, so no path leads out of it."""
import contextlib
import errno
import os
import stat

FLAGS = getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_CLOEXEC', 0) | getattr(os, 'O_BINARY', 0)
READ = os.O_RDONLY | getattr(os, 'O_NONBLOCK', 0) | FLAGS
CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | FLAGS
DIRECTORY = os.O_RDONLY | getattr(os, 'O_DIRECTORY', 0) | FLAGS
# Windows has no folder descriptors; there each part of a path is looked at before it is used.
BY_DESCRIPTOR = os.open in os.supports_dir_fd

CODES = {
    errno.ENOENT: 'missing',
    errno.EACCES: 'denied',
    errno.EPERM: 'denied',
    errno.EROFS: 'denied',
    errno.ENOSPC: 'noSpace',
    getattr(errno, 'EDQUOT', errno.ENOSPC): 'noSpace',
    errno.ELOOP: 'irregular',
    errno.ENOTDIR: 'irregular',
    errno.EISDIR: 'irregular',
    errno.ENXIO: 'irregular',
}


class Refused(Exception):
    """What is not done, and why: a code for the client, and more words where there are any."""

    def __init__(self, code, detail=''):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def refusal(error):
    """The refusal that an error of the system amounts to."""
    code = CODES.get(error.errno, 'failed')
    return Refused(code, error.strerror or str(error))


def failure(refused):
    """How the client is told."""
    return {'error': {'code': refused.code, 'detail': refused.detail[:500]}}


def attempt(action, *arguments):
    """The answer of an action, or how it failed: one file's failure never stops the others."""
    try:
        return action(*arguments) or {}
    except Refused as refused:
        return failure(refused)
    except OSError as error:
        return failure(refusal(error))


def parts_of(path):
    """The names that a path from the client is made of; `path` is bytes, with `/` between them."""
    parts = path.split(b'/')
    if any(part in (b'', b'.', b'..') or b'\0' in part for part in parts):
        raise Refused('outside', 'a path that is not below the folder')
    if not BY_DESCRIPTOR and any(b'\\' in part or b':' in part for part in parts):
        raise Refused('outside', 'a name that means something else here')
    return parts


class Folder:
    """One folder of this machine; paths are bytes, relative to it."""

    def __init__(self, root):
        self.root = os.fsencode(root)

    @contextlib.contextmanager
    def parent(self, path, make=False):
        """The folder that a path ends in, as `(descriptor, name)`: for functions with `dir_fd`."""
        *folders, name = parts_of(path)
        if not BY_DESCRIPTOR:
            yield None, os.path.join(self._checked(folders, make), name)
            return
        here = os.open(self.root, DIRECTORY & ~getattr(os, 'O_NOFOLLOW', 0))
        try:
            for folder in folders:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(folder, 0o755, dir_fd=here)
                below = os.open(folder, DIRECTORY, dir_fd=here)
                os.close(here)
                here = below
            yield here, name
        finally:
            os.close(here)

    def _checked(self, folders, make):
        here = self.root
        for folder in folders:
            here = os.path.join(here, folder)
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(here)
            if not stat.S_ISDIR(os.lstat(here).st_mode):
                raise Refused('irregular', 'a link on the way')
        return here

    def open_file(self, path):
        """A descriptor of a regular file; never waits for a pipe, never follows a link."""
        with self.parent(path) as (here, name):
            if not stat.S_ISREG(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode):
                raise Refused('irregular', 'not a regular file')
            descriptor = os.open(name, READ, dir_fd=here)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Refused('irregular', 'not a regular file')
        return descriptor

    def found(self, path):
        """What is there now, links not followed."""
        with self.parent(path) as (here, name):
            return os.stat(name, dir_fd=here, follow_symlinks=False)

    def remove(self, path):
        """Removes a file, a link, or an empty folder; what is not there is removed already."""
        try:
            with self.parent(path) as (here, name):
                if stat.S_ISDIR(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode):
                    os.rmdir(name, dir_fd=here)
                else:
                    os.unlink(name, dir_fd=here)
        except FileNotFoundError:
            pass

    def free_bytes(self):
        if hasattr(os, 'statvfs'):
            found = os.statvfs(self.root)
            return found.f_bavail * found.f_frsize
        import shutil

        return shutil.disk_usage(self.root).free
