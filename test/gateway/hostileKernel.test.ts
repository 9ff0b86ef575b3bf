// A kernel whose own side was taken over and lies, on a real gateway: nothing is written outside the message's folder, and nothing hangs.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Interpreter } from '../../src/core/interpreter.ts';
import type { RunResult } from '../../src/core/run/result.ts';
import { keptBy, newMessage, openTestInterpreter, run } from '../support/interpreter.ts';

/** Python that replaces what the kernel's side tells of its folder. `rows` gives one page by its number. */
const lying = (rows: string): string => `
import base64, hashlib, sys
def row(path, kind='file', size=4, sha256=hashlib.sha256(b'evil').hexdigest(), links=1):
    path = path.encode() if isinstance(path, str) else path
    return [base64.b64encode(path).decode(), kind, size, '1', links, sha256]
class Lies:
    def __init__(self, *arguments): pass
    def page(self, number):
${rows}
class Evil:
    def __init__(self, folder): pass
    def whole(self, path, limit):
        return b'evil', {'size': 4, 'mtimeNs': '1', 'sha256': hashlib.sha256(b'evil').hexdigest()}
    def read(self, *arguments): return {'size': 4}, b'evil'
    def end(self, *arguments): return {'size': 4, 'mtimeNs': '1', 'sha256': None}
    def abandon(self, key=None): pass
side = sys.modules['_code_interpreter.transfer']
side.manifest.Manifest = Lies
for client in list(side._clients):
    client.sending = Evil(None)
`;

describe('a kernel that lies about its files', () => {
  let on: Interpreter;

  before(async () => {
    on = await openTestInterpreter({ settings: { reach: 'channel' } });
  });

  after(async () => {
    await on.dispose();
  });

  const namesAround = (path: string): string[] => readdirSync(join(path, '..')).sort();
  const reasonsOf = ({ skipped }: RunResult): string[] =>
    skipped.map(({ path, reason }) => `${path}: ${reason}`).sort();

  it('42, 48: names that lead out are refused by name, and nothing is written anywhere else', async () => {
    const key = newMessage(on);
    const { path } = on.registry.workspaceFor(key);
    const elsewhere = mkdtempSync(join(dirname(path), 'elsewhere-'));
    writeFileSync(join(elsewhere, 'file'), 'good');
    const before = namesAround(path);
    const names = ['../escape', `${elsewhere}/file`, 'a/../../b', '..', '.', '', 'a//b', 'nul\\0x', './x'].map(
      (name) => `row('${name}')`,
    );
    const rows = `        return {'rows': [${names.join(', ')}, row(b'\\xff'), row('x' * 256), row('d/' * 80 + 'deep'), row('good'), row('good', size=9), row('link', kind='link'), row('vast', size=2**53 - 1)], 'more': False, 'truncated': False}`;
    const result = await run(lying(rows), { on, key });
    assert.equal(result.status, 'ok', result.error?.value);
    assert.deepEqual(keptBy(result), ['/mnt/data/good created']);
    assert.equal(readFileSync(join(path, 'good'), 'utf8'), 'evil');
    assert.equal(readFileSync(join(elsewhere, 'file'), 'utf8'), 'good');
    assert.deepEqual(namesAround(path), before);
    const reasons = reasonsOf(result);
    assert.equal(reasons.length, names.length + 5, reasons.join('\n'));
    assert.equal(reasons.filter((reason) => /leads out of|no path below|NUL byte/.test(reason)).length, names.length);
  });

  it('48: a manifest without an end is read up to a bound, and what was there stays', async () => {
    const key = newMessage(on);
    const first = await run("open('kept', 'w').write('1')", { on, key });
    assert.deepEqual(keptBy(first), ['/mnt/data/kept created']);
    const rows = `        return {'rows': [row('f%d/%d' % (number, index), kind='directory') for index in range(2000)], 'more': True, 'truncated': False}`;
    const result = await run(lying(rows), { on, key });
    assert.match(reasonsOf(result).join(), /there are more than 200000 files: the rest was not looked at/);
    assert.equal(readFileSync(join(on.registry.workspaceFor(key).path, 'kept'), 'utf8'), '1');
  });

  it('content that is not what was told comes under no name', async () => {
    const key = newMessage(on);
    const other = "hashlib.sha256(b'other').hexdigest()";
    const rows = `        return {'rows': [row('large', size=9 << 20, sha256=${other})], 'more': False, 'truncated': False}`;
    const result = await run(lying(rows), { on, key });
    assert.deepEqual([readdirSync(on.registry.workspaceFor(key).path), result.files], [[], []]);
    assert.match(reasonsOf(result).join(), /^\/mnt\/data\/large: /);
  });
});
