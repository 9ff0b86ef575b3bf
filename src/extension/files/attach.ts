// Attaching files to a message: by command, by the explorer's menu, by a drop.
import * as vscode from 'vscode';
import type { AttachmentSource } from '../../core/workspace/attachments.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import type { CurrentMessages } from '../runs/currentMessage.ts';
import type { Services } from '../services.ts';
import { registerCommand } from '../showError.ts';
import { isNode, type Node } from './nodes.ts';

/** Attaches and says what arrived; what did not is named. */
export const attachSources = async (
  services: Services,
  key: MessageKey,
  sources: readonly AttachmentSource[],
): Promise<void> => {
  const interpreter = await services.interpreter();
  const { prepared, skipped } = await interpreter.attach(key, sources);
  services.filesChanged();
  for (const { path, reason } of skipped) {
    void vscode.window.showWarningMessage(`${path}: ${reason}`);
  }
  if (prepared.length > 0) {
    const names = prepared.map(({ relativePath }) => `/mnt/data/${relativePath}`).join(', ');
    vscode.window.setStatusBarMessage(vscode.l10n.t('Attached: {0}', names), 5_000);
  }
};

interface MessageChoice extends vscode.QuickPickItem {
  readonly key: MessageKey;
}

const chooseMessage = async (services: Services, messages: CurrentMessages): Promise<MessageKey | undefined> => {
  const interpreter = await services.interpreter();
  const editor = vscode.window.activeTextEditor;
  const known = interpreter.registry.listWorkspaces({ user: interpreter.user }).toReversed();
  const choices: MessageChoice[] = [
    ...(editor?.document.uri.scheme === 'file'
      ? [{ label: vscode.l10n.t('The message of the current editor'), key: messages.of(editor.document.uri) }]
      : []),
    ...known.map(({ label, key }) => ({ label: label ?? key.messageId, description: key.chatId, key })),
  ];
  const chosen = await vscode.window.showQuickPick(choices, { placeHolder: vscode.l10n.t('Attach to which message?') });
  return chosen?.key;
};

const fileUris = (args: readonly unknown[]): vscode.Uri[] => {
  const [clicked, selected] = args;
  const candidates: unknown[] = Array.isArray(selected) && selected.length > 0 ? (selected as unknown[]) : [clicked];
  return candidates.filter((candidate): candidate is vscode.Uri => candidate instanceof vscode.Uri);
};

/** Registers the commands that attach. */
export const registerAttach = (services: Services, messages: CurrentMessages): vscode.Disposable =>
  vscode.Disposable.from(
    registerCommand(services, 'codeInterpreter.attach', async (...args) => {
      const [clicked] = args as [unknown];
      const message = isNode(clicked) && clicked.kind === 'message' ? clicked.message.key : undefined;
      const given = fileUris(args);
      const uris =
        given.length > 0
          ? given
          : ((await vscode.window.showOpenDialog({ canSelectMany: true, openLabel: vscode.l10n.t('Attach') })) ?? []);
      if (uris.length === 0) {
        return;
      }
      const key = message ?? (await chooseMessage(services, messages));
      if (key) {
        await attachSources(
          services,
          key,
          uris.map(({ fsPath }) => ({ path: fsPath })),
        );
      }
    }),
    registerCommand(services, 'codeInterpreter.attachToMessage', async (...args) => {
      const [node] = args as [Node | undefined];
      if (node?.kind !== 'file') {
        return;
      }
      const key = await chooseMessage(services, messages);
      const interpreter = await services.interpreter();
      if (key) {
        const { path, file } = interpreter.registry.openContent(interpreter.user, node.file.id);
        await attachSources(services, key, [{ path, name: file.name }]);
      }
    }),
  );
