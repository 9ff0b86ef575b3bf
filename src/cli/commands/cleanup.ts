// cleanup: removes old workspaces; what runs made stays kept.
import { createInterface } from 'node:readline/promises';
import { CodedError } from '../../core/errors.ts';
import type { CleanupReport } from '../../core/workspace/cleanup.ts';
import type { Command } from '../commandLine.ts';
import { flag, messageOptions, positive, text, type OptionValues } from '../options.ts';
import type { Output } from '../output.ts';
import { plural } from '../plural.ts';
import { openFromOptions } from '../services.ts';
import { sizeText } from '../sizeText.ts';

const confirmed = async (question: string, signal: AbortSignal): Promise<boolean> => {
  if (!process.stdin.isTTY) {
    throw new CodedError('usage.invalid', {
      problem: 'a cleanup of whole workspaces must be confirmed: say --yes, or --kept-only for what is kept elsewhere',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question, { signal })).trim());
  } finally {
    terminal.close();
  }
};

const summaryOf = (report: CleanupReport): unknown => ({
  freed_bytes: report.freedBytes,
  freed_files: report.freedFiles,
  removed: report.cleaned.filter(({ removed }) => removed).map(({ workspace }) => workspace.folder),
  left: report.cleaned.flatMap(({ workspace, left }) =>
    left.map(({ path, reason }) => ({ workspace: workspace.folder, path, reason })),
  ),
  spared: report.spared.map(({ candidate, reason }) => ({ workspace: candidate.workspace.folder, reason })),
});

/** Of this user; the option's name says that it is for good. */
const emptyTrash = async (values: OptionValues, output: Output): Promise<number> => {
  const interpreter = await openFromOptions(values, output.log);
  try {
    const { files, bytes } = interpreter.emptyTrash(0);
    if (output.json) {
      output.value({ freed_files: files, freed_bytes: bytes });
    }
    output.print(`${plural(files, 'file')} removed from the trash, ${sizeText(bytes)} freed.\n`);
    return 0;
  } finally {
    await interpreter.dispose();
  }
};

export const cleanupCommand: Command = {
  usage: 'cleanup [--older-than DAYS] [--all] [--chat ID --message ID] [--kept-only | --yes] | cleanup --empty-trash',
  summary:
    'Removes the workspaces of messages unused for 7 days (or DAYS); kept files, pinned and running messages stay. Or removes for good what was deleted.',
  options: {
    ...messageOptions,
    'older-than': { type: 'string' },
    all: { type: 'boolean' },
    'kept-only': { type: 'boolean' },
    yes: { type: 'boolean', short: 'y' },
    'empty-trash': { type: 'boolean' },
  },
  run: async ({ values, output, signal }) => {
    if (flag(values, 'empty-trash')) {
      return emptyTrash(values, output);
    }
    const messageId = text(values, 'message');
    const chatId = text(values, 'chat') ?? messageId;
    const days = flag(values, 'all') ? 0 : positive(values, 'older-than');
    const mode = flag(values, 'kept-only') ? 'scheduled' : 'command';
    const interpreter = await openFromOptions(values, output.log);
    try {
      const plan = interpreter.planCleanup({
        ...(chatId !== undefined && { chatId }),
        ...(messageId !== undefined && { messageId }),
        ...(days !== undefined && { olderThanDays: days }),
      });
      const question = `Remove ${plural(plan.due.length, 'workspace')} with everything in it that is not kept? [y/N] `;
      if (mode === 'command' && plan.due.length > 0 && !flag(values, 'yes') && !(await confirmed(question, signal))) {
        output.note('Nothing was removed.');
        return 0;
      }
      const report = await interpreter.cleanUp(plan, mode, signal);
      if (output.json) {
        output.value(summaryOf(report));
      }
      for (const { workspace, left } of report.cleaned) {
        for (const { path, reason } of left) {
          output.print(`${workspace.folder}/${path} stays: ${reason}\n`);
        }
      }
      output.print(`${plural(report.freedFiles, 'file')} removed, ${sizeText(report.freedBytes)} freed.\n`);
      return 0;
    } finally {
      await interpreter.dispose();
    }
  },
};
