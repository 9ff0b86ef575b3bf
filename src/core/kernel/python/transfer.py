"""The kernel's side of a transfer: answers requests that come over one comm, each by its id. All of them can be repeated.
What is said travels as a text with its sum: one that was damaged on the way is not answered, and comes again."""
import atexit
import base64
import hashlib
import json
import os
import weakref

from _code_interpreter import manifest, receiving, sending
from _code_interpreter.folder import Folder, Refused, attempt, failure, refusal

TARGET = 'code_interpreter_transfer'
_clients = weakref.WeakSet()
_process = os.getpid()


def sum_of(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def abandon_all():
    """A kernel that ends leaves nothing half, also for clients that are cut off and can't close their comms. One that
    it forked owns nothing here."""
    for client in list(_clients) if os.getpid() == _process else ():
        client.abandon()


atexit.register(abandon_all)


class Client:
    """One client's comm and what is under way for it."""

    def __init__(self, comm, folder):
        self.comm = comm
        self.folder = folder
        self.receiving = receiving.Receiving(folder)
        self.sending = sending.Sending(folder)
        self.manifests = {}
        _clients.add(self)
        comm.on_msg(self.received)
        comm.on_close(lambda message: self.abandon())

    def received(self, message):
        envelope = message['content']['data']
        text = envelope.get('text', '')
        if sum_of(text) != envelope.get('sum'):
            return
        data = json.loads(text)
        textual = 'base64' in envelope
        buffers = message.get('buffers') or []
        content = b''.join(buffers) if len(buffers) != 1 else buffers[0]
        if textual:
            content = base64.b64decode(envelope['base64'])
        answer, payload = {}, b''
        try:
            answered = getattr(self, 'do_' + data['op'])(data, content)
            answer, payload = answered if isinstance(answered, tuple) else (answered or {}, b'')
        except Refused as refused:
            answer = failure(refused)
        except OSError as error:
            answer = failure(refusal(error))
        except Exception as error:
            answer = failure(Refused('failed', '%s: %s' % (type(error).__name__, error)))
        answer['id'] = data['id']
        said = json.dumps(answer)
        reply = {'text': said, 'sum': sum_of(said)}
        if not payload:
            self.comm.send(reply)
        elif textual:
            self.comm.send(dict(reply, base64=base64.b64encode(payload).decode()))
        else:
            self.comm.send(reply, buffers=[payload])

    def abandon(self):
        self.receiving.abandon()
        self.sending.abandon()

    def do_hello(self, data, content):
        facts = {'sha256': hashlib.sha256(content).hexdigest(), 'freeBytes': self.folder.free_bytes()}
        return facts, bytes(content)

    def do_ping(self, data, content):
        return {}

    def do_list(self, data, content):
        key = data['key']
        if key not in self.manifests:
            self.manifests = {key: manifest.Manifest(self.folder, data['hashes'], data['limit'], data['hashLimit'])}
        return self.manifests[key].page(data['page'])

    def do_has(self, data, content):
        files = data['files']
        has = [self.receiving.has(path_of(path), size, sha256) for path, size, sha256 in files]
        return {'has': has, 'freeBytes': self.folder.free_bytes()}

    def do_write(self, data, content):
        self.receiving.write(data['key'], path_of(data['path']), data['size'], data['offset'], content)

    def do_commit(self, data, content):
        self.receiving.commit(data['key'], data['sha256'], int(data['mtimeNs']))

    def do_pushMany(self, data, content):
        files = [(path_of(path), size, sha256, int(modified)) for path, size, sha256, modified in data['files']]
        return {'results': self.receiving.many(data['key'], files, content)}

    def do_sync(self, data, content):
        self.receiving.sync()

    def do_read(self, data, content):
        return self.sending.read(data['key'], path_of(data['path']), data['offset'], data['length'], data['hashed'])

    def do_end(self, data, content):
        return self.sending.end(data['key'], path_of(data['path']), data['hashed'])

    def do_pullMany(self, data, content):
        results = []
        pieces = []
        for path, limit in data['files']:
            result = attempt(self.sending.whole, path_of(path), limit)
            if isinstance(result, tuple):
                pieces.append(result[0])
                result = result[1]
            results.append(result)
        return {'results': results}, b''.join(pieces)

    def do_abandon(self, data, content):
        self.receiving.abandon(data['key'])
        self.sending.abandon(data['key'])

    def do_remove(self, data, content):
        return {'results': [attempt(self.folder.remove, path_of(path)) for path in data['paths']]}

    def do_clear(self, data, content):
        self.abandon()
        for path, found in reversed(list(manifest.walk(self.folder, halves=True))):
            if found is not None:
                attempt(self.folder.remove, path)


def path_of(text):
    return base64.b64decode(text)


def start(folder):
    """Takes clients of a folder; a later call takes the next ones of another."""
    from IPython import get_ipython

    place = Folder(folder)
    manager = get_ipython().kernel.comm_manager
    manager.register_target(TARGET, lambda comm, message: Client(comm, place))
    return {'target': TARGET}
