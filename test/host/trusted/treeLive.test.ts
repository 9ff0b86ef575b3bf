// Runs of another process in the tree, while they go on.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { serializeSnapshot, takeSnapshot } from '../../../src/core/workspace/snapshot.ts';
import { beginRun, endRun, writeAndKeep } from '../../unit/registry/fixture.ts';
import { activateExtension, workspaceFolder } from '../support/extension.ts';
import { openOtherProcess } from '../support/otherProcess.ts';
import { ui } from '../support/ui.ts';

const row = (text: string): string => `.pane-body .monaco-list-row[aria-label*="${text}"]`;

describe('runs that go on elsewhere', function () {
  this.timeout(90_000);

  it('show in the tree of every window, with what they have written so far', async () => {
    await activateExtension();
    await vscode.commands.executeCommand('codeInterpreter.files.focus');
    using other = await openOtherProcess();
    const { registry } = other;
    const workspace = other.message('live', 'live-message', 'Simulate it');
    const window = await ui.openWindow(workspaceFolder());
    try {
      const outcome = registry.acquireLease(workspace, { kernelId: 'k', connection: 'none', owner: 'a test' });
      const runId = beginRun(registry, workspace);
      registry.writeBaseline(workspace, serializeSnapshot(await takeSnapshot(workspace.path)));
      writeFileSync(join(workspace.path, 'growing.log'), 'a line\n');
      await ui.waitFor(row('Simulate it, running'));
      await ui.waitFor(row('growing.log, being written · 7 B'));
      writeFileSync(join(workspace.path, 'growing.log'), 'a line\nand one more\n');
      await ui.waitFor(row('growing.log, being written · 20 B'));
      await ui.key('F1', { window });
      await ui.type('Code Interpreter: Focus on Files View', { window });
      await ui.key('Enter', { window });
      await ui.waitFor(row('growing.log, being written · 20 B'), { window, seconds: 30 });
      await ui.screenshot('tree-live', { window });
      await writeAndKeep(registry, workspace, 'growing.log', 'all of it', runId);
      endRun(registry, runId);
      if (outcome.kind === 'acquired') {
        registry.releaseLease(outcome.lease);
      }
      for (const where of [{}, { window }]) {
        await ui.waitFor(row('growing.log, 9 B'), where);
        await ui.waitFor(row('Simulate it, running'), { ...where, state: 'hidden' });
        await ui.waitFor(row('being written'), { ...where, state: 'hidden' });
      }
    } finally {
      await ui.closeWindow(window);
    }
  });
});
