// The words for what a user should know while a run goes on.
import type { RunNotice } from '../core/run/events.ts';

const describeTransfer = (notice: RunNotice & { code: 'transfer' }): string => {
  const { direction, bytes, totalBytes, files, totalFiles, waiting } = notice;
  const what = direction === 'push' ? 'Files go to the kernel' : 'Files come from the kernel';
  if (waiting) {
    return `${what}: waiting, it is busy with something else.`;
  }
  const megabytes = (count: number): string => (count / 1e6).toFixed(1);
  return `${what}: ${files} of ${totalFiles}, ${megabytes(bytes)} of ${megabytes(totalBytes)} MB.`;
};

/** One sentence for a notice. */
export const describeNotice = (notice: RunNotice): string => {
  switch (notice.code) {
    case 'stop.interrupting':
      return 'Stopping: the code is interrupted.';
    case 'stop.restarting':
      return 'The code does not heed the interrupt: its kernel is restarted, variables are lost.';
    case 'stop.deleting':
      return 'The kernel does not restart: it is deleted.';
    case 'kernel.restarted':
      return 'The kernel is a new one: variables of earlier runs are gone, files are still there.';
    case 'kernel.waiting':
      return `Waiting for ${notice.owner}, who uses this message.`;
    case 'grounding.translated':
      return `/mnt/data is translated on this kernel, not mounted: ${notice.reason}.`;
    case 'transfer':
      return describeTransfer(notice);
    case 'name.elsewhere':
      return notice.isSame
        ? `"${notice.name}" was defined by an earlier run of this message, whose kernel is no more: run that again first.`
        : `"${notice.name}" lives in message "${notice.label ?? notice.messageId}": each message has variables of its own. Set kernel.scope to "chat" (--scope chat) to share them through the chat.`;
    case 'transfer.rescue':
      return 'The kernel does not give its files any more: another way to them is tried.';
    case 'output.truncated':
      return `The run printed too much: ${notice.bytes} more characters are left out.`;
    case 'output.lost':
      return `${notice.bytes} bytes of output were lost on the way from the kernel.`;
    case 'setup':
      return `${notice.step}: ${notice.reason}`;
  }
};
