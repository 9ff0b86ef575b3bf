// The words of a run's record, beside those of its receipt and its notices.
import { english, type Translate } from './translate.ts';

/** In the middle of a long text. */
export const charactersLeftOut = (characters: number, t: Translate = english): string =>
  t('{characters} characters are left out here', { characters });

export const outputsLeftOut = (count: number, t: Translate = english): string =>
  t('{count} outputs are left out here', { count });

/** In the place of an image or another large piece of data. */
export const dataLeftOut = (type: string, characters: number, t: Translate = english): string =>
  t('{type} of {megabytes} MB is left out here', { type, megabytes: (characters / 1e6).toFixed(1) });

export const earlierLeftOut = (count: number, t: Translate = english): string =>
  t('{count} earlier runs are not shown.', { count });

export const underWay = (t: Translate = english): string => t('Running…');

export const notKept = (path: string, reason: string, t: Translate = english): string =>
  t('{path} was not kept: {reason}.', { path, reason });
