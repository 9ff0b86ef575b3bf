// The buttons of a run's record: stop, run again, save as a notebook of one's own.
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import { basenameOf } from '../names.ts';
import type { Services } from '../services.ts';
import { say } from '../say.ts';
import { registerCommand } from '../showError.ts';
import { scheme, recordUri, targetOf } from '../uris.ts';
import type { Runner } from './runner.ts';
import type { RunRecords } from './runRecords.ts';
import type { Snippet } from './snippets.ts';
import { documentOfRun } from './storedRuns.ts';

/** What a notebook's toolbar gives its commands. */
const isToolbarContext = (value: unknown): value is { notebookEditor: { notebookUri: vscode.Uri } } =>
  typeof value === 'object' &&
  value !== null &&
  'notebookEditor' in value &&
  typeof value.notebookEditor === 'object' &&
  value.notebookEditor !== null &&
  'notebookUri' in value.notebookEditor &&
  value.notebookEditor.notebookUri instanceof vscode.Uri;

const keyOfUri = (uri: vscode.Uri): MessageKey | undefined => {
  const target = uri.scheme === scheme ? targetOf(uri) : undefined;
  return target?.kind === 'record' ? target.key : undefined;
};

/** The message whose record a button belongs to. */
export const keyOfRecord = (argument: unknown): MessageKey | undefined => {
  const uri = isToolbarContext(argument) ? argument.notebookEditor.notebookUri : argument;
  return uri instanceof vscode.Uri ? keyOfUri(uri) : undefined;
};

/** The message whose record is looked at, else one whose record is in sight. */
export const recordInSight = (): MessageKey | undefined => {
  const { activeNotebookEditor, visibleNotebookEditors } = vscode.window;
  const seen = [activeNotebookEditor, ...visibleNotebookEditors].map(
    (editor) => editor && keyOfUri(editor.notebook.uri),
  );
  return seen.find((found) => found !== undefined);
};

const chosenRecord = (argument: unknown): MessageKey | undefined => {
  const key = keyOfRecord(argument) ?? recordInSight();
  if (!key) {
    say(vscode.l10n.t('Run some code first: its record has this button.'));
  }
  return key;
};

/** The message's last run, as it was. */
const lastSnippet = async (services: Services, key: MessageKey): Promise<Snippet | undefined> => {
  const { registry } = await services.interpreter();
  const run = registry.listRuns(key).at(-1);
  if (!run) {
    return undefined;
  }
  const { runId, code, language } = run;
  const resultJson = (): string | null => registry.getRun(key.user, runId)?.resultJson ?? null;
  const document = documentOfRun({ runId, code, language, resultJson });
  const chat = registry.listChats(key.user).find(({ chat_id }) => chat_id === key.chatId);
  return {
    key,
    code,
    language,
    document: document?.uri === undefined ? recordUri(key) : vscode.Uri.parse(document.uri),
    line: document?.first_line ?? 0,
    firstColumn: document?.first_column ?? 0,
    indentation: document?.indentation ?? 0,
    attachments: [],
    label: undefined,
    chatTitle: chat?.title ?? key.chatId,
  };
};

const chooseTarget = (key: MessageKey): Thenable<vscode.Uri | undefined> => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  return vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(folder, basenameOf(recordUri(key))),
    filters: { [vscode.l10n.t('Notebook')]: ['ipynb'] },
  });
};

/** Registers the commands. */
export const registerRecordCommands = (services: Services, runner: Runner, records: RunRecords): vscode.Disposable => {
  const tellRunning = (): void => {
    const running = services.liveRuns.all().map(({ key }) => recordUri(key).toString());
    void vscode.commands.executeCommand('setContext', 'codeInterpreter.runningRecords', running);
  };
  let count = 0;
  return vscode.Disposable.from(
    services.liveRuns.onDidChange(() => {
      const now = services.liveRuns.all().length;
      if (now !== count) {
        count = now;
        tellRunning();
      }
    }),
    registerCommand(services, 'codeInterpreter.runAgain', async (argument) => {
      const key = chosenRecord(argument);
      const snippet = key && (await lastSnippet(services, key));
      return snippet && runner.run(snippet);
    }),
    registerCommand(services, 'codeInterpreter.saveRecord', async (argument, given) => {
      const key = chosenRecord(argument);
      const target = key && (given instanceof vscode.Uri ? given : await chooseTarget(key));
      if (!key || !target) {
        return undefined;
      }
      await vscode.workspace.fs.writeFile(target, Buffer.from(await records.readForSaving(key)));
      const open = vscode.l10n.t('Open');
      void vscode.window
        .showInformationMessage(vscode.l10n.t('Saved as {0}.', basenameOf(target)), open)
        .then((chosen) => chosen === open && vscode.commands.executeCommand('vscode.open', target));
      return target;
    }),
  );
};
