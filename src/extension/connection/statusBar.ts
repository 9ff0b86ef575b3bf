// The status bar: which gateway, which message, what runs; a click shows what can be done.
import * as vscode from 'vscode';
import type { CurrentMessages } from '../runs/currentMessage.ts';
import { isTranscript } from '../runs/snippets.ts';
import type { Services } from '../services.ts';
import { gatewayUrl } from '../settings.ts';

interface MenuItem extends vscode.QuickPickItem {
  readonly command: string;
}

const isRunnable = ({ languageId }: vscode.TextDocument): boolean => ['python', 'markdown'].includes(languageId);

const hostOf = (url: string): string => {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
};

/** Registers the item and its menu. */
export const registerStatusBar = (services: Services, messages: CurrentMessages): vscode.Disposable => {
  const item = vscode.window.createStatusBarItem('codeInterpreter.status', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Code Interpreter');
  item.command = 'codeInterpreter.menu';
  let proven = '';
  const update = (): void => {
    const running = services.liveRuns.all().length;
    const url = gatewayUrl();
    const where = url === '' ? vscode.l10n.t('local gateway') : hostOf(url);
    const editor = vscode.window.activeTextEditor;
    // Each block of a chat file has a message of its own.
    const message =
      editor && isRunnable(editor.document) && !isTranscript(editor.document.uri)
        ? messages.of(editor.document.uri).messageId
        : undefined;
    const icon = running > 0 ? '$(sync~spin)' : '$(server-process)';
    item.text = message === undefined ? `${icon} ${where}` : `${icon} ${where} · ${message}`;
    item.tooltip =
      message === undefined
        ? vscode.l10n.t('Code Interpreter runs on: {0}', where)
        : vscode.l10n.t('Code Interpreter runs on: {0}. Runs from this editor belong to message: {1}', where, message);
    item.tooltip += proven;
    item.accessibilityInformation = { label: item.tooltip };
  };
  update();
  item.show();

  const showMenu = async (): Promise<void> => {
    const items: MenuItem[] = [
      { label: vscode.l10n.t('$(debug-stop) Stop all runs'), command: 'codeInterpreter.stop' },
      { label: vscode.l10n.t('$(comment) New message'), command: 'codeInterpreter.newMessage' },
      { label: vscode.l10n.t('$(list-selection) Choose message…'), command: 'codeInterpreter.chooseMessage' },
      { label: vscode.l10n.t('$(plug) Connect to a gateway…'), command: 'codeInterpreter.connect' },
      { label: vscode.l10n.t('$(home) Use the local gateway'), command: 'codeInterpreter.useEmbedded' },
      { label: vscode.l10n.t('$(pulse) Doctor'), command: 'codeInterpreter.doctor' },
      { label: vscode.l10n.t('$(output) Show log'), command: 'codeInterpreter.showLog' },
    ];
    const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Code Interpreter') });
    if (chosen) {
      await vscode.commands.executeCommand(chosen.command);
    }
  };

  return vscode.Disposable.from(
    item,
    services.liveRuns.onDidChange(({ result }) => {
      if (result) {
        proven = `. ${vscode.l10n.t('/mnt/data of the last run: {0}, {1}', result.grounding, result.reach)}`;
      }
      update();
    }),
    messages.onDidChange(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('codeInterpreter')) {
        update();
        if (!event.affectsConfiguration('codeInterpreter.codeLens')) {
          // What is running ends in its old connection; the next run opens a new one.
          if (services.liveRuns.all().length === 0) {
            void services.reset();
          }
        }
      }
    }),
    vscode.commands.registerCommand('codeInterpreter.menu', showMenu),
  );
};
