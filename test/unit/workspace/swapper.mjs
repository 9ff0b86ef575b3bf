// A hostile program: exchanges files and folders of a workspace for links to what lies outside, as fast as it can.
// Arguments: what to exchange, the workspace, the outside folder, how many times.
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [what, workspace = '', outside = '', times] = process.argv.slice(2);
const aside = `${workspace}-aside`;

/** Whoever writes there meanwhile may have made the folder anew. */
const inRoom = (act) => {
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) {
        throw error;
      }
      try {
        rmSync(join(workspace, 'sub'), { recursive: true, force: true });
      } catch {
        // Something was put into it meanwhile: once more.
      }
    }
  }
};

const exchange = {
  file: () => {
    symlinkSync(join(outside, 'secret'), join(aside, 'link'));
    renameSync(join(aside, 'link'), join(workspace, 'out'));
    writeFileSync(join(aside, 'file'), 'inside');
    renameSync(join(aside, 'file'), join(workspace, 'out'));
  },
  folder: () => {
    renameSync(join(workspace, 'sub'), join(aside, 'sub'));
    inRoom(() => symlinkSync(outside, join(workspace, 'sub')));
    unlinkSync(join(workspace, 'sub'));
    inRoom(() => renameSync(join(aside, 'sub'), join(workspace, 'sub')));
  },
  root: () => {
    renameSync(workspace, join(aside, 'root'));
    symlinkSync(outside, workspace);
    unlinkSync(workspace);
    renameSync(join(aside, 'root'), workspace);
  },
}[what];

mkdirSync(aside);
for (let done = 0; done < Number(times); done += 1) {
  exchange();
}
rmSync(aside, { recursive: true });
