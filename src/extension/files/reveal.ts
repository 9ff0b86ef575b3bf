// Where a kept file lies: in the desktop's file manager, where VS Code runs on the user's own desktop.
import * as vscode from 'vscode';

/** Not there in a browser, nor where VS Code's window and its extensions run on two machines. */
const revealInFileManager = 'revealFileInOS';

/** Shows a file of the machine that extensions run on, or says its path. */
export const revealPath = async (path: string): Promise<void> => {
  const canReveal = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  if (canReveal) {
    await vscode.commands.executeCommand(revealInFileManager, vscode.Uri.file(path));
    return;
  }
  const copy = vscode.l10n.t('Copy Path');
  const message = vscode.l10n.t('The file is on the machine that VS Code runs on: {0}', path);
  if ((await vscode.window.showInformationMessage(message, copy)) === copy) {
    await vscode.env.clipboard.writeText(path);
  }
};
