// Looking at other processes through /proc: what a gateway runs, what it was started with.
import { readdirSync, readFileSync } from 'node:fs';
import { delay } from '../../src/core/async.ts';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

/** The arguments of a process; empty for one that has ended. */
export const argumentsOf = (pid: number): string[] => read(`/proc/${pid}/cmdline`).split('\0').filter(Boolean);

/** All processes there are. */
export const allProcesses = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

/** Direct children that have not ended. */
export const childrenOf = (pid: number): number[] =>
  allProcesses().filter((candidate) => {
    const stat = read(`/proc/${candidate}/stat`);
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(parent) === pid && state !== 'Z' && state !== 'X';
  });

/** The kernels that a gateway runs: its children with a connection file. */
export const kernelsOf = (gateway: number): number[] =>
  childrenOf(gateway).filter((pid) => argumentsOf(pid).some((argument) => argument.includes('kernel-')));

/** A process and all that it started, itself first. */
export const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(treeOf)];

export const isAlive = (pid: number): boolean => argumentsOf(pid).length > 0;

/** Waits until a fact about other processes holds, which nothing announces. @throws Error after the bound */
export const eventually = async <T>(what: string, look: () => T | Promise<T>, milliseconds = 30_000): Promise<T> => {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${milliseconds / 1000} s: ${what}`);
    }
    await delay(50);
  }
};
