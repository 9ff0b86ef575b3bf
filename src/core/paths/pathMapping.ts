// Which real paths are the workspace behind /mnt/data.

/** The workspace in the spellings that the kernel's output can hold (as given, absolute, links resolved). Empty: nothing to do. */
export interface PathMapping {
  readonly realPaths: readonly string[];
}

/** For a kernel to which the workspace really is `/mnt/data`. */
export const identityMapping: PathMapping = { realPaths: [] };
