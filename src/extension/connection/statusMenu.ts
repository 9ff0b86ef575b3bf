// The menu of the status bar: what can be done now, the likeliest first.
import * as vscode from 'vscode';
import type { State } from './state.ts';

interface MenuItem extends vscode.QuickPickItem {
  readonly command?: string;
}

const itemsFor = (state: State, hasEditor: boolean): MenuItem[] => {
  const separator = (label: string): MenuItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const stop = { label: vscode.l10n.t('$(debug-stop) Stop all runs'), command: 'codeInterpreter.stop' };
  const doctor = { label: vscode.l10n.t('$(pulse) Doctor'), command: 'codeInterpreter.doctor' };
  const log = { label: vscode.l10n.t('$(output) Show log'), command: 'codeInterpreter.showLog' };
  const isRunning = state.kind === 'busy' || state.kind === 'starting';
  const first =
    state.kind === 'failed'
      ? [{ ...doctor, detail: state.reason }, log]
      : [
          ...(isRunning ? [stop] : []),
          { label: vscode.l10n.t('$(debug-restart) Restart kernel'), command: 'codeInterpreter.restartKernel' },
        ];
  return [
    ...first,
    separator(vscode.l10n.t('Message')),
    ...(hasEditor
      ? [
          { label: vscode.l10n.t('$(comment) New message'), command: 'codeInterpreter.newMessage' },
          { label: vscode.l10n.t('$(list-selection) Choose message…'), command: 'codeInterpreter.chooseMessage' },
        ]
      : []),
    { label: vscode.l10n.t('$(notebook) Show output'), command: 'codeInterpreter.showOutput' },
    separator(vscode.l10n.t('Gateway')),
    { label: vscode.l10n.t('$(plug) Connect to a gateway…'), command: 'codeInterpreter.connect' },
    { label: vscode.l10n.t('$(home) Use the local gateway'), command: 'codeInterpreter.useEmbedded' },
    ...(state.kind === 'failed' ? [] : [doctor, log]),
  ];
};

/** Shows the menu, and does what is chosen. */
export const showStatusMenu = async (state: State, title: string): Promise<void> => {
  const items = itemsFor(state, vscode.window.activeTextEditor !== undefined);
  const chosen = await vscode.window.showQuickPick(items, { title });
  if (chosen?.command !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
};
