// What a transfer through the kernel connection is asked for, and what it answers.

/** One entry of the kernel's folder, as the kernel tells it: hostile until it was checked. */
export interface KernelEntry {
  /** The path's bytes, relative to the folder, with `/` between the names; anything may be in it. */
  readonly rawPath: Uint8Array;
  /** `closed`: a folder whose entries could not be read; all of it when its path is empty. */
  readonly kind: 'file' | 'directory' | 'link' | 'other' | 'closed';
  /** Bytes. */
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** How many names it has (hard links). */
  readonly links: number;
  /** Lower-case hex; `null` unless hashes were asked for, or where the file could not be read. */
  readonly sha256: string | null;
}

export interface KernelManifest {
  readonly entries: readonly KernelEntry[];
  /** There are more than the limit that was asked for. */
  readonly truncated: boolean;
}

/** Where pulled bytes go: in order, from offset 0. Called again from 0 when a file has to be read once more. */
export interface PullSink {
  /** The bytes may be used until the promise settles, not longer. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /**
   * Of all that was written, lower-case hex: then nothing is hashed twice. `undefined` where the sink does not know it yet, and checks
   * the file itself against what `pull` resolves with.
   */
  sha256?(): string | undefined;
}

export interface PullFile {
  readonly rawPath: Uint8Array;
  /** Bytes, as the manifest told; a file with another size has changed. */
  readonly expectedSize: number;
  /** Lower-case hex, as the manifest told. With it the kernel has not to hash the file again. */
  readonly expectedSha256?: string | undefined;
  readonly sink: PullSink;
}

/**
 * `changed`: while it was read, twice. `missing`. `denied`: no permission. `irregular`: no regular file, or a link on the way to it.
 * `outside`: a path that is not below the folder. `noSpace`. `corrupt`: its sha256 was wrong, twice. `failed`: anything else.
 */
export type TransferFailureCode =
  'changed' | 'missing' | 'denied' | 'irregular' | 'outside' | 'noSpace' | 'corrupt' | 'failed';

export interface TransferFailure {
  readonly code: TransferFailureCode;
  /** More words, from the system or the kernel; never trusted. */
  readonly detail: string;
}

export type PullOutcome =
  | { readonly status: 'pulled'; readonly size: number; readonly sha256: string; readonly mtimeNs: bigint }
  | { readonly status: 'failed'; readonly reason: TransferFailure };

export interface PushFile {
  /** A regular file of this machine. */
  readonly sourcePath: string;
  /** Where it goes, relative to the kernel's folder, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. A source that has other bytes by now is not pushed (`changed`). */
  readonly sha256: string;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
}

export type PushOutcome =
  | { readonly status: 'pushed' }
  /** The kernel's side had these bytes at this path. */
  | { readonly status: 'present' }
  | { readonly status: 'failed'; readonly reason: TransferFailure };

export interface TransferProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly files: number;
  readonly totalFiles: number;
  /** The kernel is busy with something else, so that the transfer waits. */
  readonly waiting: boolean;
}

export interface TransferOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

export interface ListOptions extends TransferOptions {
  /** Hashing reads every file on the kernel's machine. */
  readonly hashes: boolean;
  /** Entries; what comes after them is only said to be there. */
  readonly limit: number;
  /** Bytes; larger files are not read, whatever they are (a sparse one costs its maker nothing). */
  readonly hashLimit?: number | undefined;
}

/**
 * Files between this machine and one folder of a kernel's machine. All calls end: with their outcomes, or with
 * CodedError `cancelled`, or `kernel.gone` when the kernel can't be reached any more. Nothing half is left on either side's disk
 * (the sink's side is the caller's).
 */
export interface KernelTransfer {
  /** How bytes travel; base64 where something on the way can't take binary frames. */
  readonly frames: 'binary' | 'base64';
  /** What is in the folder. */
  list(options: ListOptions): Promise<KernelManifest>;
  /** Outcomes in the order of `files`. */
  push(files: readonly PushFile[], options?: TransferOptions): Promise<readonly PushOutcome[]>;
  /** Outcomes in the order of `files`. A sink that rejects ends the whole call with its reason. */
  pull(files: readonly PullFile[], options?: TransferOptions): Promise<readonly PullOutcome[]>;
  /** Removes files, links and empty folders; what is not there is no failure. */
  remove(rawPaths: readonly Uint8Array[], options?: TransferOptions): Promise<void>;
  /** Removes everything in the folder. */
  clear(options?: TransferOptions): Promise<void>;
  dispose(): void;
}
