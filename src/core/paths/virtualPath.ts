// The virtual path: the only path that users, code and models ever see.

/** Where each message's workspace is for its code. */
export const virtualRoot = '/mnt/data';

/** The virtual path of a file, from its path inside the workspace with `/`. */
export const virtualPathOf = (relativePath: string): string =>
  relativePath === '' ? virtualRoot : `${virtualRoot}/${relativePath}`;

/**
 * The path inside the workspace (with `/`, no `.` or `..`; empty for the workspace itself) that a virtual path names, also as
 * the link `sandbox:/mnt/data/x` that models write; `undefined` when it names something else, or leaves the workspace.
 */
export const insideWorkspace = (path: string): string | undefined => {
  const plain = path.replace(/^(?:sandbox:|file:)(?=\/)/i, '').replace(/^\/{2,}/, '/');
  const segments: string[] = [];
  for (const segment of plain.split('/').slice(1)) {
    if (segment === '..') {
      segments.pop();
    } else if (segment !== '' && segment !== '.') {
      segments.push(segment);
    }
  }
  return plain.startsWith('/') && segments[0] === 'mnt' && segments[1] === 'data'
    ? segments.slice(2).join('/')
    : undefined;
};
