// Whether this machine lets an ordinary user give a kernel its own /mnt/data: found out by doing it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { causeOf } from '../../errors.ts';
import { resourcePath } from '../../resources.ts';

export type MountSupport = { readonly supported: true } | { readonly supported: false; readonly reason: string };

/** The wrapper script, run by `sh`: a package keeps no executable bits. */
export const wrapperPath = (): string => resourcePath('kernel/wrapper/mounted-kernel');

const bound = 5_000;
const proof = 'seen';

const readSetting = (name: string): string => {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return '';
  }
};

/** The system's own setting behind a failure, where there is one; the message of the failed call seldom says it. */
const settingBehind = (): string => {
  if (readSetting('user/max_user_namespaces') === '0') {
    return ' (user.max_user_namespaces is 0)';
  }
  if (readSetting('kernel/unprivileged_userns_clone') === '0') {
    return ' (kernel.unprivileged_userns_clone is 0)';
  }
  return readSetting('kernel/apparmor_restrict_unprivileged_userns') === '1'
    ? ' (AppArmor restricts user namespaces: kernel.apparmor_restrict_unprivileged_userns is 1)'
    : '';
};

const tryWrapper = (folder: string): Promise<MountSupport> =>
  new Promise((resolve) => {
    const uploads = join(folder, 'uploads');
    const child = spawn(
      '/bin/sh',
      [
        ...[wrapperPath(), '--required', '--root', uploads, '--hide', folder],
        ...['--connection-file', join(folder, 'runtime', 'connection.json')],
        // The workspace is there, its neighbours are not.
        ...['--', '/bin/sh', '-c', `cat /mnt/data/${proof} && ! ls "$1" 2>/dev/null`, 'sh', uploads],
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: bound,
        killSignal: 'SIGKILL',
        env: {
          ...process.env,
          KERNEL_CODE_INTERPRETER_WORKSPACE: Buffer.from(join(uploads, 'probe')).toString('base64'),
          KERNEL_CODE_INTERPRETER_GROUNDING: 'mounted',
        },
      },
    );
    let output = '';
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('error', (error) => {
      resolve({ supported: false, reason: causeOf(error) });
    });
    child.on('close', (status, signal) => {
      const reason =
        signal === null
          ? complaint.trim().replace(/^mounted-kernel: /, '') || `the trial ended with status ${String(status)}`
          : 'the trial took longer than 5 s';
      resolve(
        status === 0 && output === proof
          ? { supported: true }
          : { supported: false, reason: `${reason}${settingBehind()}` },
      );
    });
  });

/**
 * Starts a trial program through the wrapper, in a temporary folder; 5 s at most. Never throws.
 *
 * Only a trial can tell: user namespaces may be missing, switched off, allowed but without power (Ubuntu 24.04's AppArmor
 * rule), or forbidden by a container's seccomp filter.
 */
export const probeMountSupport = async (): Promise<MountSupport> => {
  if (process.platform !== 'linux') {
    return { supported: false, reason: 'only Linux has mount namespaces' };
  }
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), 'code-interpreter-mount-'));
    await mkdir(join(folder, 'uploads', 'probe'), { recursive: true });
    await mkdir(join(folder, 'runtime'));
    await writeFile(join(folder, 'runtime', 'connection.json'), '{}');
    await writeFile(join(folder, 'uploads', 'probe', proof), proof);
    return await tryWrapper(folder);
  } catch (error) {
    return { supported: false, reason: causeOf(error) };
  } finally {
    if (folder !== undefined) {
      await rm(folder, { recursive: true, force: true });
    }
  }
};
