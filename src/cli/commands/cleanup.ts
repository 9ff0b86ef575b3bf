// cleanup: removes old workspaces; what runs made stays kept.
import { createInterface } from 'node:readline/promises';
import { CodedError } from '../../core/errors.ts';
import type { CleanupReport } from '../../core/workspace/cleanup.ts';
import type { Command } from '../commandLine.ts';
import { flag, messageOptions, positive, text } from '../options.ts';
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

export const cleanupCommand: Command = {
  usage: 'cleanup [--older-than DAYS] [--all] [--chat ID --message ID] [--kept-only | --yes]',
  summary:
    'Removes the workspaces of messages unused for 7 days (or DAYS); kept files, pinned and running messages stay.',
  options: {
    ...messageOptions,
    'older-than': { type: 'string' },
    all: { type: 'boolean' },
    'kept-only': { type: 'boolean' },
    yes: { type: 'boolean', short: 'y' },
  },
  run: async ({ values, output, signal }) => {
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
      const question = `Remove ${plan.due.length} workspaces with everything in them that is not kept? [y/N] `;
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
      output.print(`${report.freedFiles} files removed, ${sizeText(report.freedBytes)} freed.\n`);
      return 0;
    } finally {
      await interpreter.dispose();
    }
  },
};
