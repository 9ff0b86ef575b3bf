// A snapshot as text, to be compared with in a later process.
import * as v from 'valibot';
import { irregularReasons } from './irregular.ts';
import type { FileEntry, Snapshot } from './snapshot.ts';

const VERSION = 1;

const integer = v.pipe(
  v.string(),
  v.regex(/^-?\d{1,20}$/u),
  v.transform((text) => BigInt(text)),
);
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u));

const snapshotSchema = v.object({
  version: v.literal(VERSION),
  root: v.nullable(v.tuple([integer, integer])),
  clock: v.nullable(integer),
  truncated: v.boolean(),
  /** Path, size, mtime, ctime, inode, sha256. */
  entries: v.array(
    v.tuple([
      v.string(),
      v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      integer,
      integer,
      integer,
      v.nullable(sha256),
    ]),
  ),
  irregular: v.array(v.tuple([v.string(), v.picklist(irregularReasons)])),
});

/** The snapshot as one line of JSON. The same snapshot gives the same text. */
export const serializeSnapshot = (snapshot: Snapshot): string =>
  JSON.stringify({
    version: VERSION,
    root: snapshot.root ? [String(snapshot.root.device), String(snapshot.root.inode)] : null,
    clock: snapshot.clockNs === undefined ? null : String(snapshot.clockNs),
    truncated: snapshot.truncated,
    entries: snapshot.entries.map((entry) => [
      entry.relativePath,
      entry.size,
      String(entry.mtimeNs),
      String(entry.ctimeNs),
      String(entry.inode),
      entry.sha256 ?? null,
    ]),
    irregular: snapshot.irregular.map(({ path, reason }) => [path, reason]),
  });

/** The snapshot that a text was made of; `undefined` where it is none, or one of another version. */
export const parseSnapshot = (text: string): Snapshot | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(snapshotSchema, value);
  if (!parsed.success) {
    return undefined;
  }
  const { root, clock, truncated, entries, irregular } = parsed.output;
  return {
    root: root === null ? undefined : { device: root[0], inode: root[1] },
    clockNs: clock ?? undefined,
    truncated,
    entries: entries.map(([relativePath, size, mtimeNs, ctimeNs, inode, hash]): FileEntry => {
      const entry = { relativePath, size, mtimeNs, ctimeNs, inode };
      return hash === null ? entry : { ...entry, sha256: hash };
    }),
    irregular: irregular.map(([path, reason]) => ({ path, reason })),
  };
};
