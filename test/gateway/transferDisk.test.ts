// A disk on the kernel's side that fails at any byte, as its own system calls say it: no whole name, nothing half, and the reason.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { testGateway } from '../support/embeddedGateway.ts';
import { temporaryFolder } from '../support/places.ts';
import { seeded, seedOr } from '../support/random.ts';
import { contentIn, openScene, sha256Of, toPush, type TransferScene } from '../support/transfers.ts';

const mebi = 1 << 20;
const random = seeded(seedOr(39));

/** Makes a call of the kernel's system fail once so many bytes were written (or at once), for files of one size only. */
const failing = (call: string, error: string, after: number, size: number): string => `
import errno, os
real_write, real_fsync, real_replace = os.write, os.fsync, os.replace
written = {}
def write(descriptor, content):
    name = os.readlink('/proc/self/fd/%d' % descriptor)
    if '.code-interpreter-part-' in name and '${call}' == 'write':
        written[name] = written.get(name, 0) + len(content)
        if written[name] > ${after}:
            raise OSError(errno.${error}, os.strerror(errno.${error}))
    return real_write(descriptor, content)
def fsync(descriptor):
    if '${call}' == 'fsync' and os.fstat(descriptor).st_size == ${size}:
        raise OSError(errno.${error}, os.strerror(errno.${error}))
    return real_fsync(descriptor)
def replace(*arguments, **named):
    if '${call}' == 'replace' and os.stat(arguments[0], dir_fd=named.get('src_dir_fd')).st_size == ${size}:
        raise OSError(errno.${error}, os.strerror(errno.${error}))
    return real_replace(*arguments, **named)
os.write, os.fsync, os.replace = write, fsync, replace
`;
const mending = 'os.write, os.fsync, os.replace = real_write, real_fsync, real_replace';

describe('a disk of the kernel that fails', () => {
  let scene: TransferScene;
  let source: string;

  before(async () => {
    scene = await openScene(await testGateway());
    source = await temporaryFolder('source');
  });

  after(async () => {
    await scene.dispose();
  });

  const reasons = { ENOSPC: 'noSpace', EDQUOT: 'noSpace', EROFS: 'denied', EACCES: 'denied', EIO: 'failed' } as const;
  for (const [error, code] of Object.entries(reasons)) {
    for (const size of [9 * mebi, 500_000]) {
      it(`39: ${error} for a file of ${size} bytes at a random one, or at its end: named, nothing left, the others arrive`, async () => {
        for (const call of ['write', 'fsync', 'replace']) {
          const content = random.bytes(size);
          const small = toPush(source, 'small', random.bytes(10));
          const file = toPush(source, 'file', content);
          const after = Math.max(20, random.below(size - 1));
          await scene.kernel.run(failing(call, error, after, size));
          try {
            const [first, second] = await scene.transfer.push([file, small]);
            assert.deepEqual(
              first,
              { status: 'failed', reason: { code, detail: first?.status === 'failed' ? first.reason.detail : '' } },
              call,
            );
            assert.deepEqual(second, { status: 'pushed' }, call);
            assert.deepEqual(readdirSync(scene.folder), ['small'], call);
          } finally {
            await scene.kernel.run(mending);
          }
          assert.deepEqual(await scene.transfer.push([file]), [{ status: 'pushed' }]);
          assert.equal(sha256Of(await contentIn(scene, 'file')), file.sha256);
          await scene.transfer.clear();
        }
      });
    }
  }
});
