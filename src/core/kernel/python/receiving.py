"""Files that come from the client: staged beside their place, checked, made durable, renamed. A piece that comes twice
or out of turn does no harm."""
import concurrent.futures
import contextlib
import hashlib
import os

from _code_interpreter.behind import Behind
from _code_interpreter.folder import CREATE, Refused, attempt

PREFIX = b'.code-interpreter-part-'
BLOCK = 1 << 20
# Pieces from this size on are written behind the kernel's own thread.
BEHIND = 1 << 20
# A disk is told to begin after so many bytes: it would have to do all of it at the end.
FLUSH = 32 << 20


def hash_of(descriptor):
    """sha256 of an open file from its start, in hex."""
    content = hashlib.sha256()
    os.lseek(descriptor, 0, os.SEEK_SET)
    for block in iter(lambda: os.read(descriptor, BLOCK), b''):
        content.update(block)
    return content.hexdigest()


def write_all(descriptor, content):
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view):]


class Staged:
    """One file on its way in."""

    def __init__(self, folder, key, path, size):
        self.path = path
        self.size = size
        self.content = hashlib.sha256()
        self.position = 0
        self.in_turn = True
        self._unflushed = 0
        self._behind = Behind()
        self._closing = contextlib.ExitStack()
        self._here, self._name = self._closing.enter_context(folder.parent(path, make=True))
        self._stage = PREFIX + key.encode()
        if self._here is None:
            self._stage = os.path.join(os.path.dirname(self._name), self._stage)
        try:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._stage, dir_fd=self._here)
            self._descriptor = os.open(self._stage, CREATE, 0o644, dir_fd=self._here)
        except BaseException:
            self._closing.close()
            raise

    def write(self, offset, content):
        if offset < 0 or offset + len(content) > self.size:
            raise Refused('changed', 'more bytes than were announced')
        if offset != self.position:
            if offset + len(content) <= self.position:
                return
            self.in_turn = False
        if len(content) >= BEHIND:
            self._behind.do(self._put, offset, content, self.in_turn)
        else:
            self._behind.settle()
            self._put(offset, content, self.in_turn)
        if self.in_turn:
            self.position = offset + len(content)

    def _put(self, offset, content, in_turn):
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        write_all(self._descriptor, content)
        if in_turn:
            self.content.update(content)
        self._unflushed += len(content)
        if self._unflushed >= FLUSH:
            self._unflushed = 0
            getattr(os, 'fdatasync', os.fsync)(self._descriptor)

    def check(self, sha256, modified):
        """Refuses bytes that are not the right ones."""
        self._behind.settle()
        found = self.content.hexdigest() if self.in_turn else hash_of(self._descriptor)
        if found != sha256:
            raise Refused('corrupt', 'sha256 %s, not %s' % (found, sha256))
        os.utime(self._stage, ns=(modified, modified), dir_fd=self._here)

    def sync(self):
        os.fsync(self._descriptor)

    def place(self):
        """Puts the file in its place at once."""
        os.close(self._descriptor)
        self._descriptor = None
        with contextlib.suppress(OSError):
            # Where a folder has become a file: an empty one makes room, another is somebody's.
            os.rmdir(self._name, dir_fd=self._here)
        os.replace(self._stage, self._name, src_dir_fd=self._here, dst_dir_fd=self._here)

    def close(self):
        """Leaves nothing half: to be called whatever happened."""
        self._behind.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        with contextlib.suppress(OSError):
            os.unlink(self._stage, dir_fd=self._here)
        self._closing.close()


class Receiving:
    """The files of one client that are on their way in, by the client's own keys."""

    def __init__(self, folder):
        self.folder = folder
        self.staged = {}
        # Folders whose new names are not durable yet, each by a path of a file in it.
        self.unsynced = {}
        # Files that are in their place or given up: a piece of one that comes late begins nothing anew.
        self.done = set()
        self.given_up = set()

    def write(self, key, path, size, offset, content):
        """Each piece says whose it is: any of them may be the first to arrive."""
        if key in self.done:
            return
        if key in self.given_up:
            raise Refused('failed', 'a piece of a file that was given up')
        if key not in self.staged:
            self.staged[key] = Staged(self.folder, key, path, size)
        self.staged[key].write(offset, content)

    def commit(self, key, sha256, modified):
        if key in self.done:
            return
        staged = self.staged.pop(key, None)
        if staged is None:
            raise Refused('failed', 'the end of a file that was not announced')
        try:
            staged.check(sha256, modified)
            staged.sync()
            self._place(staged)
            self.done.add(key)
        finally:
            staged.close()

    def abandon(self, key=None):
        self.given_up.add(key)
        for one in list(self.staged) if key is None else [key]:
            staged = self.staged.pop(one, None)
            if staged is not None:
                staged.close()

    def many(self, key, files, content):
        """Small files at once, each `(path, size, sha256, modified)`, their bytes one after the other; an answer for each. What goes
        wrong with one, up to its name, stops none of the others."""
        answers = []
        staged = {}
        offset = 0
        try:
            for index, (path, size, sha256, modified) in enumerate(files):
                piece = content[offset:offset + size]
                offset += size
                answers.append(attempt(self._stage, '%s-%d' % (key, index), path, piece, sha256, modified, index, staged))
            # Together: a disk makes many durable in the time of one.
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                for index, answer in zip(staged, pool.map(lambda one: attempt(one.sync), staged.values())):
                    answers[index] = answer
            for index, one in staged.items():
                answers[index] = answers[index] or attempt(self._place, one)
        finally:
            for one in staged.values():
                one.close()
        return answers

    def _place(self, staged):
        staged.place()
        self.unsynced[os.path.dirname(staged.path)] = staged.path

    def sync(self):
        """Makes the names of all placed files durable, each folder once: a disk takes as long for one name as for thousands."""
        for path in self.unsynced.values():
            # A folder that is gone has nothing to keep.
            with contextlib.suppress(FileNotFoundError, NotADirectoryError), self.folder.parent(path) as (here, _):
                if here is not None:
                    os.fsync(here)
        self.unsynced = {}

    def _stage(self, key, path, content, sha256, modified, index, staged):
        one = Staged(self.folder, key, path, len(content))
        try:
            one.write(0, content)
            one.check(sha256, modified)
        except BaseException:
            one.close()
            raise
        staged[index] = one

    def has(self, path, size, sha256):
        """Whether these bytes are at this path already."""
        try:
            descriptor = self.folder.open_file(path)
        except (OSError, Refused):
            return False
        try:
            return os.fstat(descriptor).st_size == size and hash_of(descriptor) == sha256
        finally:
            os.close(descriptor)
