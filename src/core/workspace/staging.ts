// Names of things that are not finished yet, or no longer: never shown, and swept when their maker is gone.
import { randomUUID } from 'node:crypto';

const STAGED = '.staged-';
const TRASH = '.trash-';

/** A name for a file that is being written; it becomes visible by its final name when it is whole. */
export const stagedName = (): string => `${STAGED}${randomUUID()}`;

/** A name for a folder that is being removed. */
export const trashName = (): string => `${TRASH}${randomUUID()}`;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

export const isStagedName = (name: string): boolean => name.startsWith(STAGED) && UUID.test(name.slice(STAGED.length));

export const isTrashName = (name: string): boolean => name.startsWith(TRASH) && UUID.test(name.slice(TRASH.length));
