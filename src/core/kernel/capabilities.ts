// What was proven about one kernel, never assumed.

/** How `/mnt/data` is true for a kernel: it really is the workspace, or paths are rewritten. `untranslated`: neither, as was asked for. */
export type Grounding = 'mounted' | 'translated' | 'untranslated';

/** How bytes get to the kernel's machine: both sides see one folder, or through the kernel connection. */
export type Reach = 'shared' | 'channel';
