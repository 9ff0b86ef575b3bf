// Confirmation before code from a chat file runs for the first time: the file may be from anywhere.
import * as vscode from 'vscode';
import { isTranscript, type Snippet } from './snippets.ts';

const consentKey = (snippet: Snippet): string =>
  `codeInterpreter.runs:${snippet.key.chatId} ${snippet.document.toString()}`;

/** Whether the user lets the code of this chat run; asked once for each chat file. */
export const confirmDownloadedChat = async (context: vscode.ExtensionContext, snippet: Snippet): Promise<boolean> => {
  if (!isTranscript(snippet.document) || context.workspaceState.get<boolean>(consentKey(snippet), false)) {
    return true;
  }
  const run = vscode.l10n.t('Run');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Run code from the chat "{0}"? It runs with your rights on the gateway.', snippet.chatTitle),
    run,
  );
  if (answer !== run) {
    return false;
  }
  await context.workspaceState.update(consentKey(snippet), true);
  return true;
};
