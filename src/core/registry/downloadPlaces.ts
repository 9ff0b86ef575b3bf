// Where downloaded files go below the folder or archive that was chosen: as they lie below /mnt/data.
import type { GeneratedFile } from './fileRecord.ts';
import type { Registry } from './registry.ts';

/** What no name of a file can hold on one of the platforms. https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const notInNames = /[\u0000-\u001f\u007f<>:"/\\|?*]+/gu;

/** Long enough to be read, and short enough for a path of a few of them. */
const longestName = 80;

/** Words as a name that each platform takes; empty where nothing is left of them. */
export const nameFromWords = (words: string): string =>
  Array.from(words.toWellFormed().replace(notInNames, ' ').replace(/\s+/g, ' '))
    .slice(0, longestName)
    .join('')
    .replace(/^[ .]+|[ .]+$/g, '');

/** `report (2).xlsx` for the second `report.xlsx`. */
export const numberedName = (path: string, number: number): string => {
  if (number === 1) {
    return path;
  }
  const dot = path.lastIndexOf('.');
  const isExtension = dot > path.lastIndexOf('/') + 1;
  const [stem, extension] = isExtension ? [path.slice(0, dot), path.slice(dot)] : [path, ''];
  return `${stem} (${number})${extension}`;
};

const folderOf = (
  { workspace_id: folder, chat_id, message_id }: GeneratedFile,
  registry: Registry,
  user: string,
): string => {
  const [found] = registry.listWorkspaces({ user, chatId: chat_id, messageId: message_id });
  return nameFromWords(found?.label ?? '') || folder;
};

export interface PlacedFile {
  readonly file: GeneratedFile;
  /** Relative, parts apart by `/`; each place is given once. */
  readonly place: string;
}

/**
 * The places of a user's files. Files of several messages get a folder for each message.
 * @throws CodedError `file.notFound`, `file.forbidden`
 */
export const downloadPlaces = (registry: Registry, user: string, ids: readonly string[]): PlacedFile[] => {
  const files = [...new Set(ids)].map((id) => registry.getGeneratedFile(user, id));
  const folders = new Map<string, string>();
  const taken = new Set<string>();
  for (const file of files) {
    if (!folders.has(file.workspace_id)) {
      const folder = folderOf(file, registry, user);
      const isFree = !taken.has(folder.toLowerCase());
      folders.set(file.workspace_id, isFree ? folder : `${folder} ${file.workspace_id}`);
      taken.add(folder.toLowerCase());
    }
  }
  const places = new Set<string>();
  return files.map((file) => {
    const folder = folders.size > 1 ? `${folders.get(file.workspace_id) ?? file.workspace_id}/` : '';
    // Versions of one file have one path.
    let number = 1;
    while (places.has(numberedName(folder + file.relative_path, number))) {
      number += 1;
    }
    const place = numberedName(folder + file.relative_path, number);
    places.add(place);
    return { file, place };
  });
};
