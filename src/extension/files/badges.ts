// N and M beside files that the last run made or changed, until they are opened or the next run begins; in editor tabs too.
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import type { MessageFile } from '../../core/registry/registry.ts';
import type { Services } from '../services.ts';
import { fileUri, scheme, targetOf, uriOfTab } from '../uris.ts';

export interface Badges extends DisposableLike {
  /** Notes what is shown of a message's files. */
  show(files: readonly MessageFile[]): void;
}

const decorationOf = (status: MessageFile['status']): vscode.FileDecoration =>
  status === 'created'
    ? new vscode.FileDecoration(
        'N',
        vscode.l10n.t('New in the last run'),
        new vscode.ThemeColor('gitDecoration.untrackedResourceForeground'),
      )
    : new vscode.FileDecoration(
        'M',
        vscode.l10n.t('Modified by the last run'),
        new vscode.ThemeColor('gitDecoration.modifiedResourceForeground'),
      );

/** Registers the badges, and clears each when its file is shown in an editor, whoever opened it. */
export const createBadges = (services: Services): Badges => {
  const emitter = new vscode.EventEmitter<vscode.Uri[]>();
  const shown = new Map<string, MessageFile['status']>();
  const markSeen = async (uri: vscode.Uri): Promise<void> => {
    const target = targetOf(uri);
    if (target?.kind === 'file') {
      const { registry, user } = await services.interpreter();
      registry.markSeen(user, target.id);
      services.filesChanged();
    }
  };
  const registrations = vscode.Disposable.from(
    emitter,
    vscode.window.registerFileDecorationProvider({
      onDidChangeFileDecorations: emitter.event,
      provideFileDecoration: (uri) => {
        const status = uri.scheme === scheme ? shown.get(uri.toString()) : undefined;
        return status && decorationOf(status);
      },
    }),
    vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
      for (const tab of opened) {
        const uri = uriOfTab(tab);
        if (uri?.scheme === scheme && shown.has(uri.toString())) {
          markSeen(uri).catch((error: unknown) => {
            services.log.warn(String(error));
          });
        }
      }
    }),
  );
  return {
    show: (files) => {
      const changed: vscode.Uri[] = [];
      for (const file of files) {
        const uri = fileUri(file.id, file.name);
        const key = uri.toString();
        const status = file.is_new ? file.status : undefined;
        if (shown.get(key) !== status) {
          if (status) {
            shown.set(key, status);
          } else {
            shown.delete(key);
          }
          changed.push(uri);
        }
      }
      if (changed.length > 0) {
        emitter.fire(changed);
      }
    },
    dispose: () => {
      registrations.dispose();
    },
  };
};
