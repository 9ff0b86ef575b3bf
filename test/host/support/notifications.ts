// Notifications as a user answers them. The smoke-test driver shows no toasts: they are in the notification center.
import * as vscode from 'vscode';
import { eventually } from './extension.ts';
import { ui } from './ui.ts';

const center = '.notifications-center';

/** Waits for a notification that holds `text`. */
export const waitForNotification = (text: string, seconds = 60): Promise<true> =>
  eventually(
    `the notification "${text}"`,
    async () => {
      await vscode.commands.executeCommand('notifications.showList');
      const shown = await ui.texts(`${center} .notification-list-item`);
      return shown.some((notification) => notification.includes(text)) ? true : undefined;
    },
    seconds,
  );

/** Waits for a notification that holds `text`, and clicks one of its buttons. */
export const answerNotification = async (text: string, button: string, seconds = 60): Promise<void> => {
  await waitForNotification(text, seconds);
  const row = `${center} .monaco-list-row:has-text("${text}")`;
  await ui.hover(row);
  await ui.click(`${row} .monaco-button:has-text("${button}")`);
};
