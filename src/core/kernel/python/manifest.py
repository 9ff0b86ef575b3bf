"""What is in a folder, page by page, in an order that does not change: names as bytes, nothing followed or opened but to hash it."""
import base64
import os
import stat

from _code_interpreter.folder import Refused
from _code_interpreter.receiving import PREFIX, hash_of

PAGE = 2000
# A page is answered when this much was hashed for it, so that the client hears of something.
PAGE_BYTES = 256 << 20
# A sparse file can say that it is larger than a number of JSON can be; nobody reads one of this size in any case.
LARGEST = (1 << 53) - 1


def kind_of(mode):
    if stat.S_ISREG(mode):
        return 'file'
    if stat.S_ISDIR(mode):
        return 'directory'
    return 'link' if stat.S_ISLNK(mode) else 'other'


def walk(folder, halves=False):
    """Pairs of path and status, folders before what is in them; files that are half there only where asked for. A folder that can't
    be read comes a second time, without a status."""
    pending = [b'']
    while pending:
        inside = pending.pop()
        try:
            with os.scandir(os.path.join(folder.root, inside)) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError:
            yield inside, None
            continue
        for entry in entries:
            if entry.name.startswith(PREFIX) and not halves:
                continue
            path = inside + b'/' + entry.name if inside else entry.name
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            yield path, found
            if stat.S_ISDIR(found.st_mode):
                pending.append(path)


def sha256_of(folder, path):
    try:
        descriptor = folder.open_file(path)
    except (OSError, Refused):
        return None
    try:
        return hash_of(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)


class Manifest:
    """One listing; the last page can be asked for again."""

    def __init__(self, folder, hashes, limit, hash_limit=None):
        self.folder = folder
        self.hashes = hashes
        self.hash_limit = hash_limit
        self.left = limit
        self.entries = walk(folder)
        self.number = -1
        self.last = None

    def page(self, number):
        if number == self.number + 1:
            self.last = self._next()
            self.number = number
        elif number != self.number:
            raise Refused('failed', 'a page out of turn')
        return self.last

    def _next(self):
        rows = []
        hashed = 0
        for path, found in self.entries:
            if self.left <= 0:
                return {'rows': rows, 'more': False, 'truncated': True}
            self.left -= 1
            if found is None:
                rows.append([base64.b64encode(path).decode(), 'closed', 0, '0', 0, None])
                continue
            kind = kind_of(found.st_mode)
            sha256 = None
            if self.hashes and kind == 'file' and (self.hash_limit is None or found.st_size <= self.hash_limit):
                sha256 = sha256_of(self.folder, path)
                hashed += found.st_size
            size = min(found.st_size, LARGEST)
            rows.append([base64.b64encode(path).decode(), kind, size, str(found.st_mtime_ns), found.st_nlink, sha256])
            if len(rows) >= PAGE or hashed >= PAGE_BYTES:
                return {'rows': rows, 'more': True, 'truncated': False}
        return {'rows': rows, 'more': False, 'truncated': False}
