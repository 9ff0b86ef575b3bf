// "Copy prompt": what a model should be told about a message's files, for any other chat.
import * as vscode from 'vscode';
import { isNode } from '../files/nodes.ts';
import type { CurrentMessages } from '../runs/currentMessage.ts';
import type { Services } from '../services.ts';
import { registerCommand } from '../showError.ts';

/** Registers the command; without a message of the tree it takes the current editor's. */
export const registerPrompt = (services: Services, messages: CurrentMessages): vscode.Disposable =>
  registerCommand(services, 'codeInterpreter.copyPrompt', async (...args) => {
    const [node] = args as [unknown];
    const editor = vscode.window.activeTextEditor;
    const key = isNode(node) && node.kind === 'message' ? node.message.key : editor && messages.of(editor.document.uri);
    if (!key) {
      await vscode.window.showInformationMessage(vscode.l10n.t('Choose a message in the tree first.'));
      return undefined;
    }
    const prompt = await (await services.interpreter()).prompt(key);
    await vscode.env.clipboard.writeText(prompt);
    vscode.window.setStatusBarMessage(vscode.l10n.t('The prompt is on the clipboard.'), 5_000);
    return prompt;
  });
