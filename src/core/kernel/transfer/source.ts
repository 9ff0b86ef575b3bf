// Reading what is pushed, so that a file which changes meanwhile is never sent as if it had not.
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Opens a regular file for reading without following a link in its last part, or waiting for a pipe. */
export const openSource = async (path: string): Promise<FileHandle> => {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) {
      throw new Error('not a regular file');
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** Fills `buffer` from an offset; gives how many bytes there were. */
export const readFully = async (handle: FileHandle, buffer: Uint8Array, offset: number): Promise<number> => {
  let filled = 0;
  while (filled < buffer.byteLength) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.byteLength - filled, offset + filled);
    if (bytesRead === 0) {
      break;
    }
    filled += bytesRead;
  }
  return filled;
};
