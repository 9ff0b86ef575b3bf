// The words for what the doctor found, and what to do about it.
import type { Examination, Finding } from '../core/doctor.ts';
import { describeError } from './errors.ts';

export interface Diagnosis {
  readonly good: boolean;
  /** What was looked at. */
  readonly title: string;
  readonly text: string;
}

const titles: Record<Finding['check'], string> = {
  node: 'Program',
  data: 'Data folder',
  gateway: 'Gateway',
  run: 'A run',
};

const kinds = {
  'enterprise-gateway': 'Enterprise Gateway',
  'kernel-gateway': 'Kernel Gateway',
  'jupyter-server': 'Jupyter Server',
} as const;

/** Below this a disk is said to be nearly full. */
const littleSpace = 1e9;

const describeRun = (found: Finding & { readonly check: 'run' }): Omit<Diagnosis, 'title'> => {
  if (found.status !== 'ok') {
    return { good: false, text: `the code ended as "${found.status}". Try it again; the log says more.` };
  }
  if (!found.fileKept) {
    return { good: false, text: 'the code ran, and the file that it wrote was not kept. See what the run says of it.' };
  }
  const why = found.groundingReason === '' ? '' : ` (${found.groundingReason})`;
  const grounding = `/mnt/data is ${found.grounding}${why}`;
  const reach = found.reach === 'shared' ? 'files by a shared folder' : "files through the kernel's connection";
  return { good: true, text: `${grounding}; ${reach}; ${(found.milliseconds / 1000).toFixed(1)} s from nothing.` };
};

const describeFinding = (found: Finding): Omit<Diagnosis, 'title'> => {
  switch (found.check) {
    case 'node':
      return { good: true, text: `Node ${found.version} on ${found.platform}.` };
    case 'data': {
      const free = `${found.folder}, ${(found.freeBytes / 1e9).toFixed(1)} GB free.`;
      return found.freeBytes < littleSpace
        ? { good: false, text: `${free} That is little: clean up old workspaces, or make room.` }
        : { good: true, text: free };
    }
    case 'gateway': {
      const { kind, version, address, kernels, isOpen } = found;
      const text = `${kinds[kind]} ${version} at ${address}; kernels: ${kernels.join(', ')}.`;
      return isOpen
        ? { good: false, text: `${text} It asks for no token: any web page could run code there. Give it one.` }
        : { good: true, text };
    }
    case 'run':
      return describeRun(found);
  }
};

/** One line for each thing that was examined. */
export const describeExamination = (examination: Examination): Diagnosis =>
  examination.good
    ? { title: titles[examination.finding.check], ...describeFinding(examination.finding) }
    : { title: titles[examination.check], good: false, text: describeError(examination.error).message };
