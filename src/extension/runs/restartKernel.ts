// A message's kernel is let go: its variables with it; its files stay, and the next run has a new one.
import * as vscode from 'vscode';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import type { Services } from '../services.ts';
import { say } from '../say.ts';
import { registerCommand } from '../showError.ts';
import type { CurrentMessages } from './currentMessage.ts';
import { sameKey } from './liveRuns.ts';
import { keyOfRecord, recordInSight } from './recordCommands.ts';
import { blockAt, blockSnippets } from './snippets.ts';

/** The message of the button's record, of the block at the cursor, of the editor, or of a record in sight. */
export const chosenMessage = async (
  services: Services,
  messages: CurrentMessages,
  argument: unknown,
): Promise<MessageKey | undefined> => {
  const editor = vscode.window.activeTextEditor;
  const ofRecord = keyOfRecord(argument) ?? (editor ? undefined : recordInSight());
  if (ofRecord || !editor) {
    return ofRecord;
  }
  const snippets = blockSnippets(await services.reader(), editor.document, messages);
  return blockAt(snippets, editor.selection.active.line)?.key ?? messages.of(editor.document.uri);
};

/** Registers the command. */
export const registerRestartKernel = (services: Services, messages: CurrentMessages): vscode.Disposable =>
  registerCommand(services, 'codeInterpreter.restartKernel', async (argument) => {
    const key = await chosenMessage(services, messages, argument);
    if (!key) {
      say(vscode.l10n.t('Open a file with code first.'));
      return;
    }
    for (const run of services.liveRuns.all().filter((live) => sameKey(live.key, key))) {
      run.stop();
    }
    const isReleased = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Letting the kernel go') },
      async () => (await services.interpreter()).restartKernel(key),
    );
    const text = isReleased
      ? vscode.l10n.t('The next run of {0} has a new kernel: variables are gone, files are still there.', key.messageId)
      : vscode.l10n.t('{0} had no kernel: the next run starts one.', key.messageId);
    vscode.window.setStatusBarMessage(text, 8_000);
    return isReleased;
  });
