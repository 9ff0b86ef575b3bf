// What a file is: a name for people, a media type for programs. By its name, and by its first bytes where that says nothing.
import { isUtf8 } from 'node:buffer';
import { posix, sep } from 'node:path';
import { lookup } from 'mime-types';
import { nameExtension } from './attachmentName.ts';
import { formatByExtension, formatByFullName, mediaTypeByExtension, type FormatName } from './formatTable.ts';
import { openRegularFile } from './regularFile.ts';

export interface FileFormat {
  readonly format: FormatName;
  readonly mimeType: string;
}

/** The extension in lower case with its dot: `.csv`, `.tar.gz`; empty for `Makefile` and `.profile`. */
export const extensionOf = (path: string): string => nameExtension(posix.basename(path)).toLowerCase();

/** By name alone; `undefined` where it says nothing. */
export const formatOfName = (path: string): FileFormat | undefined => {
  const name = posix.basename(path).toLowerCase();
  const extension = posix.extname(name).slice(1);
  const mimeType = mediaTypeByExtension.get(extension) ?? (extension === '' ? false : lookup(extension));
  const format = formatByExtension.get(extension) ?? formatByFullName.get(name) ?? formatOfMediaType(mimeType || '');
  return format && { format, mimeType: mimeType || fallbackMediaType(format) };
};

const formatOfMediaType = (mimeType: string): FormatName | undefined => {
  const families: readonly [prefix: string, format: FormatName][] = [
    ['image/', 'Image'],
    ['audio/', 'Audio'],
    ['video/', 'Video'],
    ['font/', 'Font'],
    ['model/', 'Model'],
    ['message/', 'Email'],
    ['text/', 'Text'],
  ];
  const family = families.find(([prefix]) => mimeType.startsWith(prefix));
  return family?.[1] ?? (mimeType === '' ? undefined : 'Other');
};

const BINARY = 'application/octet-stream';

const fallbackMediaType = (format: FormatName): string => {
  switch (format) {
    case 'Text':
    case 'Code':
      return 'text/plain';
    case 'XML':
      return 'application/xml';
    case 'JSON':
      return 'application/json';
    default:
      return BINARY;
  }
};

interface Signature extends FileFormat {
  readonly offset?: number;
  /** One character for each byte. */
  readonly bytes: string;
}

/** https://www.iana.org/assignments/media-types, and each format's own specification. The more exact ones first. */
const signatures: readonly Signature[] = [
  { bytes: '%PDF-', format: 'PDF', mimeType: 'application/pdf' },
  { bytes: '\x89PNG\r\n\x1a\n', format: 'Image', mimeType: 'image/png' },
  { bytes: '\xff\xd8\xff', format: 'Image', mimeType: 'image/jpeg' },
  { bytes: 'GIF8', format: 'Image', mimeType: 'image/gif' },
  { bytes: 'WEBP', offset: 8, format: 'Image', mimeType: 'image/webp' },
  { bytes: 'II*\0', format: 'Image', mimeType: 'image/tiff' },
  { bytes: 'MM\0*', format: 'Image', mimeType: 'image/tiff' },
  { bytes: 'SQLite format 3\0', format: 'Database', mimeType: 'application/vnd.sqlite3' },
  { bytes: 'DUCK', offset: 8, format: 'Database', mimeType: BINARY },
  { bytes: 'PAR1', format: 'Parquet', mimeType: 'application/vnd.apache.parquet' },
  { bytes: 'ARROW1', format: 'Arrow', mimeType: 'application/vnd.apache.arrow.file' },
  { bytes: '\x89HDF\r\n\x1a\n', format: 'HDF5', mimeType: 'application/x-hdf5' },
  { bytes: '\x93NUMPY', format: 'NumPy', mimeType: BINARY },
  { bytes: 'mimetypeapplication/epub+zip', offset: 30, format: 'Book', mimeType: 'application/epub+zip' },
  {
    bytes: 'mimetypeapplication/vnd.oasis.opendocument.spreadsheet',
    offset: 30,
    format: 'OpenDocument',
    mimeType: 'application/vnd.oasis.opendocument.spreadsheet',
  },
  {
    bytes: 'mimetypeapplication/vnd.oasis.opendocument.text',
    offset: 30,
    format: 'OpenDocument',
    mimeType: 'application/vnd.oasis.opendocument.text',
  },
  { bytes: 'PK\x03\x04', format: 'Archive', mimeType: 'application/zip' },
  { bytes: 'PK\x05\x06', format: 'Archive', mimeType: 'application/zip' },
  { bytes: '\x1f\x8b', format: 'Archive', mimeType: 'application/gzip' },
  { bytes: 'BZh', format: 'Archive', mimeType: 'application/x-bzip2' },
  { bytes: '\xfd7zXZ\0', format: 'Archive', mimeType: 'application/x-xz' },
  { bytes: '7z\xbc\xaf\x27\x1c', format: 'Archive', mimeType: 'application/x-7z-compressed' },
  { bytes: '(\xb5/\xfd', format: 'Archive', mimeType: 'application/zstd' },
  { bytes: 'ustar', offset: 257, format: 'Archive', mimeType: 'application/x-tar' },
  { bytes: 'WAVE', offset: 8, format: 'Audio', mimeType: 'audio/wav' },
  { bytes: 'fLaC', format: 'Audio', mimeType: 'audio/x-flac' },
  { bytes: 'OggS', format: 'Audio', mimeType: 'audio/ogg' },
  { bytes: 'ID3', format: 'Audio', mimeType: 'audio/mpeg' },
  { bytes: 'ftyp', offset: 4, format: 'Video', mimeType: 'video/mp4' },
  { bytes: '\x1aE\xdf\xa3', format: 'Video', mimeType: 'video/webm' },
];

const OFFICE: readonly (FileFormat & { readonly folder: string })[] = [
  {
    folder: 'xl/',
    format: 'Excel',
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  },
  {
    folder: 'word/',
    format: 'Word',
    mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  },
  {
    folder: 'ppt/',
    format: 'PowerPoint',
    mimeType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  },
];

/** How many of its first bytes {@link formatOfContent} wants to see of a file. */
export const HEAD_BYTES = 4096;

/** By the first bytes of a file, `complete` where they are all there are. */
export const formatOfContent = (head: Uint8Array, complete: boolean): FileFormat => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const text = bytes.toString('latin1');
  const signature = signatures.find(({ bytes: wanted, offset = 0 }) => text.startsWith(wanted, offset));
  if (signature?.mimeType === 'application/zip') {
    // The first entry is [Content_Types].xml in any order of the others: the names of local headers say which it is.
    const office = OFFICE.find(({ folder }) => text.includes(folder) && text.includes('[Content_Types].xml'));
    return office ? { format: office.format, mimeType: office.mimeType } : pick(signature);
  }
  return signature ? pick(signature) : formatOfText(bytes, complete);
};

const pick = ({ format, mimeType }: FileFormat): FileFormat => ({ format, mimeType });

const formatOfText = (bytes: Buffer, complete: boolean): FileFormat => {
  if (bytes.includes(0) || !isUtf8(complete ? bytes : withoutCutCharacter(bytes))) {
    return { format: 'Other', mimeType: BINARY };
  }
  const start = bytes.toString('utf8').trimStart().slice(0, 64).toLowerCase();
  if (start.startsWith('#!')) {
    return { format: 'Code', mimeType: 'text/plain' };
  }
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) {
    return { format: 'HTML', mimeType: 'text/html' };
  }
  if (start.startsWith('<svg')) {
    return { format: 'Image', mimeType: 'image/svg+xml' };
  }
  return start.startsWith('<?xml')
    ? { format: 'XML', mimeType: 'application/xml' }
    : { format: 'Text', mimeType: 'text/plain' };
};

/** The last up to three bytes may be the beginning of a character that goes on (RFC 3629). */
const withoutCutCharacter = (bytes: Buffer): Buffer => {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) {
      return bytes.subarray(0, bytes.length - back);
    }
    if (byte < 0x80) {
      break;
    }
  }
  return bytes;
};

/**
 * The format of a file on disk: by its name; by its first bytes where the name has no known extension.
 * A file that can't be read is told by its name alone.
 */
export const formatOf = async (path: string): Promise<FileFormat> => {
  const unified = sep === '/' ? path : path.replaceAll(sep, '/');
  const named = formatOfName(unified);
  if (named) {
    return named;
  }
  try {
    const { handle } = await openRegularFile(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return formatOfContent(buffer.subarray(0, bytesRead), bytesRead < HEAD_BYTES);
    } finally {
      await handle.close();
    }
  } catch {
    return { format: 'Other', mimeType: BINARY };
  }
};
