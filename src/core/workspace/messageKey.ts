/** What a workspace belongs to. All three are any text from outside and never trusted as a file name. */
export interface MessageKey {
  readonly user: string;
  readonly chatId: string;
  readonly messageId: string;
}

/** A message's folder, as the registry allocated it. */
export interface Workspace {
  /** Row id in the registry. */
  readonly id: number;
  readonly key: MessageKey;
  /** Name inside `<data>/uploads`: unique, safe on every platform. */
  readonly folder: string;
  /** Absolute path. */
  readonly path: string;
}
