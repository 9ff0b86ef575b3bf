// Every failure of the way itself, by code. The words for people, and the button that helps, are in src/wording.

/** What each code carries, so that its sentence can name the cause. */
export interface ErrorDetails {
  cancelled: Record<string, never>;
  'code.empty': Record<string, never>;
  'usage.invalid': { problem: string };

  'gateway.invalidUrl': { url: string };
  'gateway.invalidHeader': { name: string; cause: string };
  'gateway.unreachable': { url: string; cause: string };
  'gateway.timedOut': { url: string; seconds: number };
  'gateway.certificate': { url: string; cause: string };
  'gateway.notJupyter': { url: string; found: string };
  'gateway.signInPage': { url: string; location: string };
  'gateway.wrongPath': { url: string; suggestion: string | null };
  'gateway.rejectedToken': { url: string };
  'gateway.forbidden': { url: string; reason: string };
  'gateway.refused': { url: string; status: number; reason: string };
  'gateway.invalidResponse': { url: string; problem: string };

  'kernel.unknown': { name: string; available: readonly string[] };
  /** The gateway has no kernel for this language. */
  'kernel.noLanguage': { language: string; available: readonly string[] };
  'kernel.userNotAuthorized': { user: string; reason: string };
  'kernel.limit': { reason: string };
  'kernel.launchFailed': { name: string; reason: string };
  'kernel.launchTimedOut': { name: string; seconds: number };
  'kernel.initCodeFailed': { error: string };
  'kernel.gone': { reason: string };
  'kernel.groundingUnavailable': { wanted: string; found: string; reason: string };
  'kernel.reachUnavailable': { wanted: string; found: string; reason: string };
  'transfer.unavailable': { reason: string };
  'message.inUse': { chatId: string; messageId: string; owner: string };

  'embedded.noPython': { tried: readonly string[] };
  'embedded.unfitPython': { path: string; found: string; needed: string };
  'embedded.consentNeeded': { megabytes: number; folder: string };
  'embedded.installFailed': { step: string; cause: string; log: string };
  'embedded.startFailed': { cause: string; log: string };
  'embedded.portTaken': { port: number };
  'embedded.busy': { lock: string };
  'embedded.networkNotHidden': { reason: string };
  'embedded.unsupportedPlatform': { platform: string };

  'data.notWritable': { folder: string; cause: string };
  'registry.newer': { path: string; found: number; known: number };
  'registry.unavailable': { cause: string };
  'registry.failed': { cause: string };
  'attachment.unreadable': { path: string; cause: string };
  'file.notFound': { id: string };
  'file.forbidden': { id: string };
  'file.damaged': { id: string; cause: string };
  'file.exists': { path: string };
  /** It kept changing while it was copied. */
  'file.unstable': { path: string };
  'file.unreadable': { path: string; cause: string };
  'file.unwritable': { path: string; cause: string };
  'chat.notFound': { chatId: string };
  'transcript.unreadable': { path: string; cause: string };
}

export type ErrorCode = keyof ErrorDetails;

/** An error with a code and its details and no wording; `message` is for logs only. */
export class CodedError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly detail: ErrorDetails[Code];

  constructor(code: Code, detail: ErrorDetails[Code], options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(detail)}`, options);
    this.name = 'CodedError';
    this.code = code;
    this.detail = detail;
  }
}

/** Whether `error` is a coded error, of this code where one is given. */
export const isCoded = <Code extends ErrorCode>(error: unknown, code?: Code): error is CodedError<Code> =>
  error instanceof CodedError && (code === undefined || error.code === code);

/** The cause in one line: the system's error code where there is one (`ECONNREFUSED`), else the message. */
export const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && !error.message.includes(code)) {
    return `${code}: ${error.message}`;
  }
  return error.message;
};
