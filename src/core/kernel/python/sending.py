"""Files that the client asks for, in pieces that it names; a file that changes meanwhile is found out."""
import hashlib
import os

from _code_interpreter.folder import Refused
from _code_interpreter.receiving import hash_of


def stamp(found):
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def read_at(descriptor, offset, length):
    """At most `length` bytes; fewer only at the end of the file."""
    os.lseek(descriptor, offset, os.SEEK_SET)
    pieces = []
    while length > 0:
        piece = os.read(descriptor, length)
        if not piece:
            break
        pieces.append(piece)
        length -= len(piece)
    return pieces[0] if len(pieces) == 1 else b''.join(pieces)


class Open:
    """One file on its way out. It is hashed unless the client knows its hash, and does that work itself."""

    def __init__(self, folder, path, hashed=True):
        self.folder = folder
        self.path = path
        self.descriptor = folder.open_file(path)
        self.found = os.fstat(self.descriptor)
        self.content = hashlib.sha256() if hashed else None
        self.position = 0

    def read(self, offset, length):
        content = read_at(self.descriptor, offset, length)
        if self.content is not None and offset == self.position:
            self.content.update(content)
            self.position += len(content)
        return content

    def facts(self):
        """What was sent; refuses a file that is not the same any more."""
        if self.content is None:
            sha256 = None
        else:
            whole = self.position == self.found.st_size
            sha256 = self.content.hexdigest() if whole else hash_of(self.descriptor)
        if stamp(os.fstat(self.descriptor)) != stamp(self.found) or stamp(self.folder.found(self.path)) != stamp(self.found):
            raise Refused('changed', 'it changed while it was read')
        return {'size': self.found.st_size, 'mtimeNs': str(self.found.st_mtime_ns), 'sha256': sha256}

    def close(self):
        os.close(self.descriptor)


class Sending:
    """The files of one client that are on their way out, by the client's own keys."""

    def __init__(self, folder):
        self.folder = folder
        self.open = {}
        self.done = {}
        self.given_up = set()

    def _file(self, key, path, hashed):
        """Each question says which file it is about: any of them may be the first to arrive."""
        if key in self.given_up:
            raise Refused('failed', 'a piece of a file that was given up')
        if key not in self.open:
            self.open[key] = Open(self.folder, path, hashed)
        return self.open[key]

    def read(self, key, path, offset, length, hashed):
        file = self._file(key, path, hashed)
        return {'size': file.found.st_size}, file.read(offset, length)

    def end(self, key, path, hashed):
        if key in self.done:
            return self.done[key]
        file = self._file(key, path, hashed)
        del self.open[key]
        try:
            self.done[key] = file.facts()
        finally:
            file.close()
        return self.done[key]

    def abandon(self, key=None):
        self.given_up.add(key)
        for one in list(self.open) if key is None else [key]:
            file = self.open.pop(one, None)
            if file is not None:
                file.close()

    def whole(self, path, limit):
        """A small file with its facts; one that has grown over `limit` bytes is refused."""
        file = Open(self.folder, path)
        try:
            if file.found.st_size > limit:
                raise Refused('changed', 'it has grown')
            content = file.read(0, limit + 1)
            if len(content) != file.found.st_size:
                raise Refused('changed', 'it changed while it was read')
            return content, file.facts()
        finally:
            file.close()
