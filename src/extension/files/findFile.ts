// "Find File…": all kept files, by words of their path, message and chat.
import * as vscode from 'vscode';
import type { MessageFile } from '../../core/registry/registry.ts';
import { relativeTime, sizeText } from '../names.ts';
import { say } from '../say.ts';
import type { Services } from '../services.ts';

/** How many are shown; more words find fewer. */
const most = 300;

interface FileChoice extends vscode.QuickPickItem {
  readonly file: MessageFile;
}

const reveal: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('list-tree'),
  tooltip: vscode.l10n.t('Show in the tree'),
};

const choiceOf = (file: MessageFile): FileChoice => ({
  label: file.name,
  description: `${sizeText(file.size)} · ${relativeTime(Date.parse(file.modified_at))}`,
  detail: `${file.path} · ${file.message_id} · ${file.chat_id}`,
  // The registry has found it, by words in any order.
  alwaysShow: true,
  buttons: [reveal],
  file,
});

/** Lets the user choose among all kept files, the latest first. */
export const pickFile = async (
  services: Services,
  onReveal: (file: MessageFile) => void,
): Promise<MessageFile | undefined> => {
  const { registry, user } = await services.interpreter();
  if (registry.searchFiles(user, [], 1).length === 0) {
    say(vscode.l10n.t('No file is kept yet.'));
    return;
  }
  const pick = vscode.window.createQuickPick<FileChoice>();
  const list = (): void => {
    pick.items = registry.searchFiles(user, pick.value.split(/\s+/).filter(Boolean), most).map(choiceOf);
  };
  pick.placeholder = vscode.l10n.t('Words of a file, its message or its chat');
  list();
  try {
    return await new Promise((resolve) => {
      pick.onDidChangeValue(list);
      pick.onDidAccept(() => {
        resolve(pick.selectedItems[0]?.file);
      });
      pick.onDidTriggerItemButton(({ item }) => {
        onReveal(item.file);
        resolve(undefined);
      });
      pick.onDidHide(() => {
        resolve(undefined);
      });
      pick.show();
    });
  } finally {
    pick.dispose();
  }
};
