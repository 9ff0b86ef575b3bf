import assert from 'node:assert/strict';
import { isCoded } from '../../../src/core/errors.ts';
import type { Server } from '../../../src/core/gateway/serverKind.ts';
import { planKernel, type KernelPlan, type KernelWishes } from '../../../src/core/run/kernelChoice.ts';

const languages: Readonly<Record<string, string>> = {
  python3: 'python',
  other: 'python',
  ir: 'r',
  bash: 'bash',
  deno: 'typescript',
};

const plan = (names: readonly string[], wishes: Partial<KernelWishes>): KernelPlan => {
  const specs = names.map((name) => ({ name, displayName: name, language: languages[name] ?? '' }));
  const server: Server = {
    kind: 'enterprise-gateway',
    version: '3',
    kernelSpecs: { defaultName: names[0] ?? null, specs },
  } as unknown as Server;
  return planKernel(server, { named: undefined, language: undefined, preferred: null, current: undefined, ...wishes });
};

const current = (name: string): Pick<KernelWishes, 'current'> => ({
  current: { name, language: languages[name] ?? '' },
});

describe('the kernel for code of a language', () => {
  const all = Object.keys(languages);

  it('is one of the language', () => {
    assert.equal(plan(all, { language: 'r' }).kernelName, 'ir');
    assert.equal(plan(all, { language: 'bash' }).kernelName, 'bash');
    assert.equal(plan(['ir', 'other', 'python3'], { language: 'python' }).kernelName, 'other');
    assert.equal(plan(all, { language: 'javascript' }).kernelName, 'deno');
  });

  it('is the one of the settings where that is of the language, and the one that the message has', () => {
    assert.equal(plan(all, { language: 'python', preferred: 'other' }).kernelName, 'other');
    assert.equal(plan(all, { language: 'r', preferred: 'other' }).kernelName, 'ir');
    assert.equal(plan(all, { language: 'python', ...current('other') }).kernelName, 'other');
    assert.equal(plan(all, { language: 'python', preferred: 'python3', ...current('other') }).kernelName, 'python3');
    assert.equal(plan(all, { language: 'python', ...current('ir') }).kernelName, 'python3');
  });

  it('is a Python kernel for Bash where there is no other, and where the message has one with its variables', () => {
    const byMagic = { kernelName: 'python3', magic: '%%bash\n', language: 'bash' };
    assert.deepEqual(plan(['python3'], { language: 'bash' }), byMagic);
    assert.deepEqual(plan(all, { language: 'bash', ...current('python3') }), byMagic);
    assert.equal(plan(all, { language: 'bash', preferred: 'bash', ...current('python3') }).magic, '');
  });

  it('is the one that was named, and the preferred one where no language is known', () => {
    assert.deepEqual(plan(all, { named: 'ir', language: 'python' }).kernelName, 'ir');
    assert.deepEqual(plan(all, { preferred: 'bash' }), { kernelName: 'bash', magic: '', language: undefined });
  });

  it('is refused with the languages that there are', () => {
    assert.throws(
      () => plan(['python3', 'other', 'ir'], { language: 'rust' }),
      (error) => isCoded(error, 'kernel.noLanguage') && error.detail.available.join() === 'python,r',
    );
  });
});
