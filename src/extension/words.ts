// The words that are shared with the command line, in the language of VS Code: a part of the engine's bundle.
import * as vscode from 'vscode';
import * as doctor from '../wording/doctor.ts';
import * as errors from '../wording/errors.ts';
import * as notices from '../wording/notices.ts';
import * as record from '../wording/record.ts';
import * as receipt from '../wording/receipt.ts';
import type { Translate } from '../wording/translate.ts';

/** Looks a text up in `l10n/bundle.l10n.<language>.json`. */
const t: Translate = (text, values = {}) => vscode.l10n.t(text, values);

export const describeError = (error: unknown): errors.Wording => errors.describeError(error, t);

export const describeExamination = (found: Parameters<typeof doctor.describeExamination>[0]): doctor.Diagnosis =>
  doctor.describeExamination(found, t);

export const describeNotice = (notice: Parameters<typeof notices.describeNotice>[0]): string =>
  notices.describeNotice(notice, t);

export const receiptOf = (result: Parameters<typeof receipt.receiptOf>[0]): string => receipt.receiptOf(result, t);

/** The words of a run's record. */
export const recordWords = {
  charactersLeftOut: (characters: number): string => record.charactersLeftOut(characters, t),
  outputsLeftOut: (count: number): string => record.outputsLeftOut(count, t),
  dataLeftOut: (type: string, characters: number): string => record.dataLeftOut(type, characters, t),
  earlierLeftOut: (count: number): string => record.earlierLeftOut(count, t),
  underWay: (): string => record.underWay(t),
  notKept: (path: string, reason: string): string => record.notKept(path, reason, t),
};
