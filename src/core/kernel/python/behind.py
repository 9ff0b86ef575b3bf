"""A thread that works behind the kernel's own: a disk writes one piece while the next is on its way."""
import queue
import threading

# Pieces that may wait at a time: what memory is spent on.
LATE = 2


class Behind:
    """Does what it is given in turn. A failure shows at the next call, and nothing is done after it."""

    def __init__(self):
        self._waiting = queue.Queue(LATE)
        self._failure = None
        self._thread = None

    def do(self, work, *arguments):
        """Waits only while too much waits already."""
        self._raise()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name='code-interpreter-behind', daemon=True)
            self._thread.start()
        self._waiting.put((work, arguments))

    def settle(self):
        """Returns when all is done."""
        if self._thread is not None:
            self._waiting.join()
        self._raise()

    def close(self):
        """What waits is done still; harmless twice."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _raise(self):
        if self._failure is not None:
            raise self._failure

    def _run(self):
        while True:
            item = self._waiting.get()
            try:
                if item is None:
                    return
                if self._failure is None:
                    item[0](*item[1])
            except BaseException as failure:
                self._failure = failure
            finally:
                self._waiting.task_done()
