// Who a process is, so that another one can tell whether it still lives: a process id alone is given again.
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When and where it started, in the system's own terms: equal only for the same process. `null` where the system can't say. */
  readonly start: string | null;
}

/** Field 22 of `/proc/<pid>/stat`, counted after the command's closing parenthesis (the command may hold spaces): proc_pid_stat(5). */
const linuxStart = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    const ticks = fields[19];
    return state === 'Z' || state === 'X' || ticks === undefined ? null : ticks;
  } catch {
    return null;
  }
};

/** The boot and the PID namespace: only within one of them does a process id mean anything. */
const linuxPlace = (): string => {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
};

const startOf = (pid: number): string | null => {
  switch (process.platform) {
    case 'linux': {
      const ticks = linuxStart(pid);
      return ticks === null ? null : `${linuxPlace()} ${ticks}`;
    }
    case 'win32':
      return null;
    default:
      try {
        const text = execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
          encoding: 'utf8',
          timeout: 2000,
          env: { LC_ALL: 'C', TZ: 'UTC' },
          stdio: ['ignore', 'pipe', 'ignore'],
        }).trim();
        return text || null;
      } catch {
        return null;
      }
  }
};

/** The process that has this id now. */
export const processOf = (pid: number): ProcessIdentity => ({ host: hostname(), pid, start: startOf(pid) });

/** This process. */
export const thisProcess = (): ProcessIdentity => processOf(process.pid);

/** Whether two identities name one process. */
export const isSameProcess = (a: ProcessIdentity, b: ProcessIdentity): boolean =>
  a.host === b.host && a.pid === b.pid && a.start === b.start;

const pidExists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The place part of a Linux start; elsewhere the whole system is one place. */
const placeOf = (start: string): string => (process.platform === 'linux' ? start.slice(0, start.lastIndexOf(' ')) : '');

/**
 * Whether a process still lives, as far as `observer` (this process) can tell: `unknown` for another host, another boot or
 * another PID namespace, where only its heartbeat says something.
 */
export const livenessOf = (identity: ProcessIdentity, observer: ProcessIdentity): 'alive' | 'dead' | 'unknown' => {
  if (identity.host !== observer.host) {
    return 'unknown';
  }
  if (identity.start === null || observer.start === null) {
    return pidExists(identity.pid) ? 'unknown' : 'dead';
  }
  if (placeOf(identity.start) !== placeOf(observer.start)) {
    return 'unknown';
  }
  return startOf(identity.pid) === identity.start ? 'alive' : 'dead';
};
