"""What `os.scandir` and `os.listdir` give for a translated folder: entries whose paths begin as the caller wrote them."""
import os
import posixpath

from _code_interpreter import paths


class Entry:
    """Stands for an `os.DirEntry`, whose path can't be set."""

    __slots__ = ('name', '_entry', '_folder')

    def __init__(self, entry, folder):
        self._entry = entry
        self._folder = folder
        self.name = entry.name

    path = property(lambda self: os.path.join(self._folder, self.name))

    # It passes for an os.DirEntry.
    __class__ = property(lambda self: os.DirEntry)

    def is_dir(self, *, follow_symlinks=True):
        return self._entry.is_dir(follow_symlinks=follow_symlinks)

    def is_file(self, *, follow_symlinks=True):
        return self._entry.is_file(follow_symlinks=follow_symlinks)

    def is_symlink(self):
        return self._entry.is_symlink()

    def is_junction(self):
        return self._entry.is_junction()

    def stat(self, *, follow_symlinks=True):
        return self._entry.stat(follow_symlinks=follow_symlinks)

    def inode(self):
        return self._entry.inode()

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return '<DirEntry %r>' % self.name


class Entries:
    """The iterator of `os.scandir`, over a translated folder."""

    def __init__(self, scanned, folder):
        self._scanned = scanned
        self._folder = os.fspath(folder)

    def __iter__(self):
        return self

    def __next__(self):
        return Entry(next(self._scanned), self._folder)

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.close()

    def close(self):
        self._scanned.close()


class _Workspace:
    """The entry of the workspace in the folder where it appears."""

    def __init__(self, root):
        self.name = posixpath.basename(paths.virtual_root())
        self._root = root

    def is_dir(self, *, follow_symlinks=True):
        return True

    def is_file(self, *, follow_symlinks=True):
        return False

    def is_symlink(self):
        return False

    is_junction = is_symlink

    def stat(self, *, follow_symlinks=True):
        return os.stat(self._root)

    def inode(self):
        return os.stat(self._root).st_ino


class ParentEntries(Entries):
    """The folder in which the virtual one appears, whether or not the system has that folder."""

    def __init__(self, scan, folder):
        try:
            with scan(folder) as scanned:
                found = [entry for entry in scanned]
        except FileNotFoundError:
            found = []
        workspace = _Workspace(paths.root())
        self._found = iter([entry for entry in found if entry.name != workspace.name] + [workspace])
        self._folder = folder

    def __next__(self):
        return Entry(next(self._found), self._folder)

    def close(self):
        self._found = iter(())


def names_with_workspace(listdir, folder):
    """`os.listdir` of that folder."""
    name = posixpath.basename(paths.virtual_root())
    try:
        found = listdir(folder)
    except FileNotFoundError:
        found = []
    return found if name in found else found + [name]
