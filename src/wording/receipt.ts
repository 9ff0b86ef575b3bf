// The receipt of a run: nothing is dropped in silence.
import type { RunResult } from '../core/run/result.ts';
import { groundingWord, reachWord } from './terms.ts';
import { english, type Translate } from './translate.ts';

/** How a run ended, in a few words. */
export const endingOf = (status: RunResult['status'], t: Translate = english): string => {
  switch (status) {
    case 'ok':
      return t('Done');
    case 'error':
      return t('The code raised an error');
    case 'timeout':
      return t('Stopped at the time limit');
    case 'interrupted':
      return t('Stopped');
    case 'lost':
      return t('The kernel was lost');
  }
};

/** "Done in 1.2 s (mounted, shared): 5 made, 5 kept, 0 lost." */
export const receiptOf = (result: RunResult, t: Translate = english): string => {
  const kept = result.files.length;
  const lost = result.skipped.length;
  return t('{ending} in {seconds} s ({grounding}, {reach}): {made} made, {kept} kept, {lost} lost.', {
    ending: endingOf(result.status, t),
    seconds: (result.duration_ms / 1000).toFixed(1),
    grounding: groundingWord(result.grounding, t),
    reach: reachWord(result.reach, t),
    made: kept + lost,
    kept,
    lost,
  });
};
