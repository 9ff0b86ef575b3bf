// The virtual path: the only path that users, code and models ever see.

/** Where each message's workspace is for its code. */
export const virtualRoot = '/mnt/data';
