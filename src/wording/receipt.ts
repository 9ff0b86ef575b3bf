// The receipt of a run: nothing is dropped in silence.
import type { RunResult } from '../core/run/result.ts';

const endings: Record<RunResult['status'], string> = {
  ok: 'Done',
  error: 'The code raised an error',
  timeout: 'Stopped at the time limit',
  interrupted: 'Stopped',
  lost: 'The kernel was lost',
};

/** "Done in 1.2 s on a mounted /mnt/data: 5 made, 5 kept, 0 lost." */
export const receiptOf = (result: RunResult): string => {
  const kept = result.files.length;
  const lost = result.skipped.length;
  const seconds = (result.duration_ms / 1000).toFixed(1);
  return `${endings[result.status]} in ${seconds} s (${result.grounding}, ${result.reach}): ${kept + lost} made, ${kept} kept, ${lost} lost.`;
};
