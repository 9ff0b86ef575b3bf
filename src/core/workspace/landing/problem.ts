// What goes wrong while files are landed.
import { causeOf } from '../../errors.ts';

/**
 * `blocked`: something that is no file (or a folder with files in it) has the name here. `tooLarge`: more bytes than were told.
 * `gap`: bytes are missing before these. `corrupt`: the bytes are not those that were told. `replaced`: the workspace is not
 * where it was. `noSpace`, `unwritable`: this machine's disk.
 */
export type LandingProblemCode = 'blocked' | 'tooLarge' | 'gap' | 'corrupt' | 'replaced' | 'noSpace' | 'unwritable';

/** One file that could not be landed; nothing is left of it. */
export class LandingProblem extends Error {
  readonly code: LandingProblemCode;

  constructor(code: LandingProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LandingProblem';
    this.code = code;
  }
}

/** The problem that an error of the system is. */
export const landingProblem = (error: unknown): LandingProblem => {
  if (error instanceof LandingProblem) {
    return error;
  }
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new LandingProblem('noSpace', causeOf(error), { cause: error });
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ELOOP':
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new LandingProblem('blocked', causeOf(error), { cause: error });
    default:
      return new LandingProblem('unwritable', causeOf(error), { cause: error });
  }
};
