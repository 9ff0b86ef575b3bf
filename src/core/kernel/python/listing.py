"""Lists a workspace from inside the kernel, for a client that can't see the folder."""
import hashlib
import os
import stat

LIMIT = 10000


def files_in(folder, hashes=False):
    """Regular files below `folder`, sorted by name; names use `/`. Links and devices are left out, and so is what
    comes after the first 10,000 files (`more` says that there is more)."""
    files = []
    more = False
    pending = ['']
    while pending:
        inside = pending.pop()
        try:
            entries = sorted(os.scandir(os.path.join(folder, inside)), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            name = inside + '/' + entry.name if inside else entry.name
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISDIR(found.st_mode):
                pending.append(name)
            elif stat.S_ISREG(found.st_mode):
                if len(files) >= LIMIT:
                    more = True
                    continue
                files.append(_described(folder, name, found, hashes))
    files.sort(key=lambda file: file['name'])
    return {'files': files, 'more': more}


def _described(folder, name, found, hashes):
    # A name need not be UTF-8 on Linux; what goes through JSON must be.
    shown = name.encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')
    described = {'name': shown, 'size': found.st_size, 'mtimeNs': str(found.st_mtime_ns), 'sha256': None}
    if hashes:
        try:
            described['sha256'] = _sha256(os.path.join(folder, name))
        except OSError:
            pass
    return described


def _sha256(path):
    content = hashlib.sha256()
    with open(path, 'rb') as file:
        for block in iter(lambda: file.read(1 << 20), b''):
            content.update(block)
    return content.hexdigest()
