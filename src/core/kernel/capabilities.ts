// What was proven about one kernel, never assumed.

/** How `/mnt/data` is true for a kernel: it really is the workspace, or paths are rewritten. */
export type Grounding = 'mounted' | 'translated';

/** How bytes get to the kernel's machine: both sides see one folder, or through the kernel connection. */
export type Reach = 'shared' | 'channel';
