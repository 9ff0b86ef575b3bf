// What the Doctor found, as a document: a heading for each thing, and where its buttons stand.
import type { Remedy } from '../../wording/errors.ts';

export interface Check {
  readonly name: string;
  readonly found: string;
  readonly good: boolean;
  /** Against what is wrong. */
  readonly remedy: Remedy;
}

export interface DoctorReport {
  readonly text: string;
  /** The lines of headings, from 0, with what helps there. */
  readonly remedies: readonly { readonly line: number; readonly remedy: Remedy }[];
}

export interface ReportWords {
  readonly title: string;
  /** Beside the title: all is well, something is wrong, or it is still being looked at. */
  readonly verdict: string;
  readonly machine: string;
}

/** A path or an address stays as it is, and is no markup. */
const plain = (text: string): string => text.replace(/[\\`*_<>[\]]/g, (character) => `\\${character}`);

/** Puts the document together. */
export const doctorReport = (checks: readonly Check[], { title, verdict, machine }: ReportWords): DoctorReport => {
  const lines = [`# ${title}`, '', verdict, '', machine, ''];
  const remedies = checks.map(({ name, found, good, remedy }) => {
    const line = lines.length;
    lines.push(`## ${good ? '✓' : '✗'} ${name}`, '', plain(found), '');
    return { line, remedy, good };
  });
  return {
    text: lines.join('\n'),
    remedies: remedies.filter(({ good }) => !good).map(({ line, remedy }) => ({ line, remedy })),
  };
};
