// R for webr_kernel.py: reads cells as lines of JSON, and writes what they print as lines of JSON.
import { readdirSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { WebR } from 'webr';

const r = new WebR({ interactive: false });
await r.init();
// This machine's folders under their own names, but for those that R has in its own file system.
const own = new Set(['dev', 'etc', 'lib', 'proc', 'sys', 'usr', 'bin', 'sbin']);
for (const name of readdirSync('/').filter((entry) => !own.has(entry) && !entry.startsWith('.'))) {
  const path = `/${name}`;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    await r.FS.mkdir(path).catch(() => undefined);
    await r.FS.mount('NODEFS', { root: path }, path);
  }
}

const say = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);
const shelter = await new r.Shelter();
for await (const line of createInterface({ input: process.stdin })) {
  const { code } = JSON.parse(line);
  const options = { withAutoprint: true, captureStreams: true, captureConditions: false };
  try {
    const { output } = await shelter.captureR(code, options);
    const error = output.findIndex(({ type, data }) => type === 'stderr' && /^Error\b/.test(data));
    for (const { type, data } of error < 0 ? output : output.slice(0, error)) {
      say({ type, text: data });
    }
    if (error >= 0) {
      say({
        type: 'error',
        text: output
          .slice(error)
          .map(({ data }) => data)
          .join('\n'),
      });
    }
  } catch (error) {
    say({ type: 'error', text: String(error) });
  }
  await shelter.purge();
  say({ type: 'done' });
}
process.exit(0);
