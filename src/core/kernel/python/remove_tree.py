"""Removes a folder of any depth: `shutil.rmtree` recurses, with one open folder for each level, until either is used up. Here what lies
deeper is moved up first. To be put before code that calls it."""
import itertools
import os
import stat


def remove_tree(root):
    """Removes what can be; never follows a link."""
    numbers = itertools.count()
    while True:
        folders = []
        for entry in list(os.scandir(root)):
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            folders.append(entry.path)
            # Without these nothing in it can be removed, nor it itself moved.
            os.chmod(entry.path, stat.S_IRWXU)
            for below in list(os.scandir(entry.path)):
                if below.is_dir(follow_symlinks=False):
                    os.chmod(below.path, stat.S_IRWXU)
                    os.rename(below.path, os.path.join(root, '.code-interpreter-going-%d' % next(numbers)))
                else:
                    os.unlink(below.path)
            os.rmdir(entry.path)
        if not folders:
            break
    os.rmdir(root)
