// Every command of the manifest, as the palette runs it: an effect or one clear sentence, never a fault.
// Some of them delete and clean up: they are only ever run on a data folder of the temporary folder.
import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import * as vscode from 'vscode';
import { activateExtension, putFile, workspaceFolder } from '../support/extension.ts';
import { ui } from '../support/ui.ts';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

/** It draws the tree anew, which is as it was. */
const withoutSight = ['codeInterpreter.refresh'];

const commands = (): string[] => {
  const { packageJSON } = vscode.extensions.getExtension('code-interpreter.code-interpreter') as {
    packageJSON: Manifest;
  };
  return packageJSON.contributes.commands.map(({ command }) => command);
};

const isTemporary = (path: string): boolean => {
  const inside = relative(realpathSync(tmpdir()), realpathSync(resolve(path)));
  return inside !== '' && !inside.startsWith('..');
};

/** What the window shows of ours: what is new in it is the effect of a command. What goes by itself, like a message of before, is none. */
const sight = async (): Promise<{ readonly notifications: readonly string[]; readonly rest: readonly string[] }> => {
  await vscode.commands.executeCommand('notifications.showList');
  const [notifications, ...rest] = await Promise.all([
    ui.texts('.notifications-center .notification-list-item-message'),
    ui.texts('.quick-input-widget:visible'),
    ui.texts('.statusbar-item[id^="code-interpreter"], .statusbar-item[id="status.extensionMessage"]'),
    ui.texts('.tab .label-name'),
    ui.texts('.part.panel:visible .title-label, .part.panel:visible .action-item.checked'),
  ]);
  return { notifications, rest: rest.flat() };
};

const settle = async (): Promise<void> => {
  await ui.key('Escape');
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  // The same question, asked by the next command, would be nothing new.
  await ui.waitFor('.quick-input-widget', { state: 'hidden' });
  await vscode.commands.executeCommand('notifications.clearAll');
};

/** Runs a command until it has ended or shows something; returns what is wrong with that. */
const problemOf = async (command: string): Promise<string | undefined> => {
  await settle();
  const before = await sight();
  let end: { readonly value?: unknown; readonly error?: unknown } | undefined;
  const running = Promise.resolve(vscode.commands.executeCommand(command)).then(
    (value) => {
      end = { value };
    },
    (error: unknown) => {
      end = { error };
    },
  );
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { notifications, rest } = await sight();
    // A question in a dialog is one clear sentence too; VS Code shows none in tests.
    const fault = notifications.find(
      (text) => /unforeseen|Error:|undefined|\[object/.test(text) && !text.includes('refused to show dialog in tests'),
    );
    if (end?.error !== undefined || fault !== undefined) {
      return `${command}: ${fault ?? String(end?.error)}`;
    }
    const hasShown = notifications.length > 0 || rest.some((shown) => !before.rest.includes(shown));
    if (hasShown || (end && (end.value !== undefined || withoutSight.includes(command)))) {
      // What asks for something ends when it gets no answer.
      await settle();
      await Promise.race([running, new Promise((over) => setTimeout(over, 15_000))]);
      return end ? undefined : `${command}: does not end when nothing is answered`;
    }
    if (Date.now() > deadline) {
      return `${command}: shows nothing`;
    }
  }
};

describe('each command from the palette', function () {
  this.timeout(300_000);

  before(async () => {
    await activateExtension();
    const dataFolder = process.env['CODE_INTERPRETER_DATA_DIR'];
    assert.ok(dataFolder !== undefined && isTemporary(dirname(dataFolder)), 'a data folder that may be thrown away');
    assert.equal(vscode.workspace.getConfiguration('codeInterpreter').get('dataDir'), '');
    assert.ok(isTemporary(workspaceFolder()));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
  after(async () => {
    await vscode.commands.executeCommand('codeInterpreter.stop');
    await settle();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  const problemsOf = async (prepare: () => Promise<void>): Promise<string[]> => {
    const problems: string[] = [];
    for (const command of commands()) {
      await prepare();
      const problem = await problemOf(command);
      if (problem !== undefined) {
        problems.push(problem);
      }
    }
    return problems;
  };

  it('has an effect or a sentence where nothing is open', async () => {
    const problems = await problemsOf(async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.commands.executeCommand('workbench.action.closePanel');
    });
    assert.deepEqual(problems, []);
  });

  it('has an effect or a sentence where a Markdown file is open', async () => {
    const document = await putFile('palette.md', '# Words\n\n```python\n1 + 1\n```\n');
    const problems = await problemsOf(async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.commands.executeCommand('workbench.action.closePanel');
      const selection = new vscode.Range(3, 0, 3, 0);
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, selection });
    });
    assert.deepEqual(problems, []);
  });
});
