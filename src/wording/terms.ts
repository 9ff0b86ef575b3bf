// The words that a receipt, the doctor and the status bar share.
import type { RunResult } from '../core/run/result.ts';
import { english, type Translate } from './translate.ts';

/** How `/mnt/data` became true, as an adjective. */
export const groundingWord = (grounding: RunResult['grounding'], t: Translate = english): string => {
  switch (grounding) {
    case 'mounted':
      return t('mounted');
    case 'translated':
      return t('translated');
    case 'untranslated':
      return t('untranslated');
  }
};

/** How files got there and back, as an adjective. */
export const reachWord = (reach: RunResult['reach'], t: Translate = english): string =>
  reach === 'shared' ? t('shared') : t('channel');
