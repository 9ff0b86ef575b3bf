// The words for what a user should know while a run goes on.
import type { RunNotice } from '../core/run/events.ts';
import { english, type Translate } from './translate.ts';

const describeTransfer = (notice: RunNotice & { code: 'transfer' }, t: Translate): string => {
  const { direction, bytes, totalBytes, files, totalFiles, waiting } = notice;
  const what = direction === 'push' ? t('Files go to the kernel') : t('Files come from the kernel');
  if (waiting) {
    return t('{what}: waiting, it is busy with something else.', { what });
  }
  const megabytes = (count: number): string => (count / 1e6).toFixed(1);
  return t('{what}: {files} of {totalFiles}, {megabytes} of {totalMegabytes} MB.', {
    what,
    files,
    totalFiles,
    megabytes: megabytes(bytes),
    totalMegabytes: megabytes(totalBytes),
  });
};

/** One sentence for a notice. */
export const describeNotice = (notice: RunNotice, t: Translate = english): string => {
  switch (notice.code) {
    case 'stop.interrupting':
      return t('Stopping: the code is interrupted.');
    case 'stop.restarting':
      return t('The code does not heed the interrupt: its kernel is restarted, variables are lost.');
    case 'stop.deleting':
      return t('The kernel does not restart: it is deleted.');
    case 'kernel.restarted':
      return t('The kernel is a new one: variables of earlier runs are gone, files are still there.');
    case 'kernel.waiting':
      return t('Waiting for {owner}, who uses this message.', { owner: notice.owner });
    case 'grounding.translated':
      return t('/mnt/data is translated on this kernel, not mounted: {reason}.', { reason: notice.reason });
    case 'transfer':
      return describeTransfer(notice, t);
    case 'name.elsewhere':
      return notice.isSame
        ? t('"{name}" was defined by an earlier run of this message, whose kernel is no more: run that again first.', {
            name: notice.name,
          })
        : t(
            '"{name}" lives in message "{message}": each message has variables of its own. Set kernel.scope to "chat" (--scope chat) to share them through the chat.',
            { name: notice.name, message: notice.label ?? notice.messageId },
          );
    case 'transfer.rescue':
      return t('The kernel does not give its files any more: another way to them is tried.');
    case 'output.truncated':
      return t('The run printed too much: {bytes} more characters are left out.', { bytes: notice.bytes });
    case 'output.lost':
      return t('{bytes} bytes of output were lost on the way from the kernel.', { bytes: notice.bytes });
    case 'files.outside':
      return notice.more > 0
        ? t('Written outside of /mnt/data, where nothing is kept: {paths} and {more} more.', {
            paths: notice.paths.join(', '),
            more: notice.more,
          })
        : t('Written outside of /mnt/data, where nothing is kept: {paths}.', { paths: notice.paths.join(', ') });
    case 'files.late':
      return t('Written after the end of the last run, and kept with it: {names}.', { names: notice.names.join(', ') });
    case 'setup':
      return `${notice.step}: ${notice.reason}`;
  }
};
