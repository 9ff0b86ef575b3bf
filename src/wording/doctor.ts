// The words for what the doctor found, and what to do about it.
import type { Examination, Finding } from '../core/doctor.ts';
import { describeError, type Remedy } from './errors.ts';
import { groundingWord } from './terms.ts';
import { english, type Translate } from './translate.ts';

export interface Diagnosis {
  readonly good: boolean;
  /** What was looked at. */
  readonly title: string;
  readonly text: string;
  /** What helps where it is not good. */
  readonly remedy: Remedy;
}

const titleOf = (check: Finding['check'], t: Translate): string => {
  switch (check) {
    case 'node':
      return t('Program');
    case 'data':
      return t('Data folder');
    case 'gateway':
      return t('Gateway');
    case 'run':
      return t('A run');
  }
};

const kinds = {
  'enterprise-gateway': 'Enterprise Gateway',
  'kernel-gateway': 'Kernel Gateway',
  'jupyter-server': 'Jupyter Server',
} as const;

/** Below this a disk is said to be nearly full. */
const littleSpace = 1e9;

const describeRun = (found: Finding & { readonly check: 'run' }, t: Translate): Omit<Diagnosis, 'title'> => {
  if (found.status !== 'ok') {
    const { status } = found;
    const text = t('The code ended as "{status}". Try it again; the log says more.', { status });
    return { good: false, text, remedy: 'showLog' };
  }
  if (!found.fileKept) {
    return {
      good: false,
      text: t('The code ran, and the file that it wrote was not kept. See what the run says of it.'),
      remedy: 'showLog',
    };
  }
  const why = found.groundingReason === '' ? '' : ` (${found.groundingReason})`;
  const grounding = groundingWord(found.grounding, t);
  const seconds = (found.milliseconds / 1000).toFixed(1);
  const text =
    found.reach === 'shared'
      ? t('/mnt/data is {grounding}{why}; files by a shared folder; {seconds} s from nothing.', {
          grounding,
          why,
          seconds,
        })
      : t("/mnt/data is {grounding}{why}; files through the kernel's connection{whyApart}; {seconds} s from nothing.", {
          grounding,
          why,
          whyApart: found.reachReason === '' ? '' : ` (${found.reachReason})`,
          seconds,
        });
  return { good: true, text, remedy: 'none' };
};

const describeFinding = (found: Finding, t: Translate): Omit<Diagnosis, 'title'> => {
  switch (found.check) {
    case 'node':
      return {
        good: true,
        text: t('Node {version} on {platform}.', { version: found.version, platform: found.platform }),
        remedy: 'none',
      };
    case 'data': {
      const { folder, freeBytes } = found;
      const free = t('{folder}, {gigabytes} GB free.', { folder, gigabytes: (freeBytes / 1e9).toFixed(1) });
      return freeBytes < littleSpace
        ? {
            good: false,
            text: `${free} ${t('That is little: clean up old workspaces, or make room.')}`,
            remedy: 'cleanUp',
          }
        : { good: true, text: free, remedy: 'none' };
    }
    case 'gateway': {
      const { kind, version, address, kernels, isOpen } = found;
      const text = t('{kind} {version} at {address}; kernels: {kernels}.', {
        kind: kinds[kind],
        version,
        address,
        kernels: kernels.join(', '),
      });
      return isOpen
        ? {
            good: false,
            text: `${text} ${t('It asks for no token: any web page could run code there. Give it one.')}`,
            remedy: 'connect',
          }
        : { good: true, text, remedy: 'none' };
    }
    case 'run':
      return describeRun(found, t);
  }
};

/** One line for each thing that was examined. */
export const describeExamination = (examination: Examination, t: Translate = english): Diagnosis => {
  if (examination.good) {
    return { title: titleOf(examination.finding.check, t), ...describeFinding(examination.finding, t) };
  }
  const { message, remedy } = describeError(examination.error, t);
  return { title: titleOf(examination.check, t), good: false, text: message, remedy };
};
