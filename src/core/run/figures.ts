// Figures that were shown and not saved become files of the message: "it drew the chart, but I can't get it".
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MimeBundle, NotebookOutput } from './result.ts';

const imageTypes = [
  { mimeType: 'image/png', extension: 'png', binary: true },
  { mimeType: 'image/jpeg', extension: 'jpg', binary: true },
  { mimeType: 'image/gif', extension: 'gif', binary: true },
  { mimeType: 'application/pdf', extension: 'pdf', binary: true },
  { mimeType: 'image/svg+xml', extension: 'svg', binary: false },
] as const;

/** An image as its bytes. */
export interface ShownImage {
  readonly bytes: Buffer;
  readonly extension: string;
  readonly sha256: string;
}

const textOf = (content: unknown): string | null =>
  typeof content === 'string' ? content : Array.isArray(content) ? content.join('') : null;

const imageIn = (bundle: MimeBundle): ShownImage | null => {
  for (const { mimeType, extension, binary } of imageTypes) {
    const text = textOf(bundle[mimeType]);
    if (text !== null && text !== '') {
      const bytes = Buffer.from(text, binary ? 'base64' : 'utf8');
      return { bytes, extension, sha256: createHash('sha256').update(bytes).digest('hex') };
    }
  }
  return null;
};

/** The images among outputs, each content once, in order. */
export const shownImages = (outputs: readonly NotebookOutput[]): ShownImage[] => {
  const images = new Map<string, ShownImage>();
  for (const output of outputs) {
    if (output.output_type === 'display_data' || output.output_type === 'execute_result') {
      const image = imageIn(output.data);
      if (image) {
        images.set(image.sha256, image);
      }
    }
  }
  return [...images.values()];
};

/** Writes images into the workspace as `figure-1.png`, `figure-2.png`, ... under the first free names. */
export const writeImages = async (workspacePath: string, images: readonly ShownImage[]): Promise<void> => {
  let number = 1;
  for (const image of images) {
    while (!(await writeNew(join(workspacePath, `figure-${number}.${image.extension}`), image.bytes))) {
      number++;
    }
  }
};

/** False when the name is taken. Never through a link, never over a file of the user's. */
const writeNew = async (path: string, bytes: Buffer): Promise<boolean> => {
  try {
    await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
};
