// Attaching files to a message: by command, by the explorer's menu, by a drop.
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { AttachmentSource } from '../../core/workspace/attachments.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import { relativeTime } from '../names.ts';
import type { CurrentMessages } from '../runs/currentMessage.ts';
import type { Services } from '../services.ts';
import { say } from '../say.ts';
import { registerCommand } from '../showError.ts';
import { attachmentsOf, filesOf, messageOf, targetsOf } from './nodes.ts';

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
  // What the message had before is looked after too, and is no news.
  const arrived = prepared.filter(({ sourcePath }) => sources.some(({ path }) => path === sourcePath));
  if (arrived.length > 0) {
    const names = arrived.map(({ relativePath }) => `/mnt/data/${relativePath}`).join(', ');
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
    ...known.map(({ label, key, lastUsedAt }) => ({
      label: label ?? key.messageId,
      description: relativeTime(lastUsedAt),
      detail: key.chatId,
      key,
    })),
  ];
  const chosen = await vscode.window.showQuickPick(choices, {
    placeHolder: vscode.l10n.t('Attach to which message?'),
    matchOnDetail: true,
  });
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
      // From the tree the message is known; from the explorer, the editor or the palette it is asked for.
      const message = messageOf(targetsOf(args, [])[0])?.message.key;
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
      const nodes = targetsOf(args, []);
      const { registry, user } = await services.interpreter();
      const sources = [
        ...filesOf(nodes).map(({ id, name }) => ({ path: registry.openContent(user, id).path, name })),
        ...attachmentsOf(nodes).map(({ message, attachment }) => ({
          path: join(message.message.path, attachment.record.relativePath),
        })),
      ];
      if (sources.length === 0) {
        say(vscode.l10n.t('Choose files in the tree first.'));
        return;
      }
      const key = await chooseMessage(services, messages);
      if (key) {
        await attachSources(services, key, sources);
      }
    }),
  );
