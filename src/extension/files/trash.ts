// Deleting with Undo, and what brings deleted files back later.
import * as vscode from 'vscode';
import type { TrashIds } from '../../core/interpreter.ts';
import { countText, relativeTime, sizeText } from '../names.ts';
import type { Services } from '../services.ts';
import { say } from '../say.ts';
import { registerCommand, showError } from '../showError.ts';
import { attachmentsOf, filesOf, type Node } from './nodes.ts';

const restore = async (services: Services, ids: TrashIds): Promise<void> => {
  const interpreter = await services.interpreter();
  const { files, attachments } = await interpreter.restore(ids);
  services.filesChanged();
  const left = (ids.files ?? []).length + (ids.attachments ?? []).length - files.length - attachments.length;
  if (left > 0) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Not restored: {0}. Other files have their names, or the trash was emptied.',
        countText('file', left),
      ),
    );
  }
};

const namesOf = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : countText('file', names.length);

/** Deletes what is chosen, files with all their versions; says so, and offers to undo it. */
export const deleteNodes = async (services: Services, nodes: readonly Node[]): Promise<void> => {
  const interpreter = await services.interpreter();
  const versions = filesOf(nodes.filter(({ kind }) => kind === 'version'));
  const files = filesOf(nodes.filter(({ kind }) => kind === 'file'));
  const attachments = attachmentsOf(nodes).map(({ attachment }) => attachment);
  const names = [...files, ...versions].map(({ name }) => name);
  names.push(...attachments.map(({ record }) => record.relativePath));
  if (names.length === 0) {
    say(vscode.l10n.t('Choose files in the tree first.'));
    return;
  }
  // Versions before files: a version of a file that goes too is in the trash by then.
  const single = await interpreter.moveToTrash({ files: versions.map(({ id }) => id), which: 'version' });
  const whole = await interpreter.moveToTrash({
    files: files.map(({ id }) => id),
    attachments: attachments.map(({ id }) => id),
  });
  services.filesChanged();
  const deleted: TrashIds = {
    files: [...single.files, ...whole.files].map(({ id }) => id),
    attachments: whole.attachments.map(({ id }) => id),
  };
  const undo = vscode.l10n.t('Undo');
  // Not awaited: a notice that nobody closes must not keep the command from ending.
  void vscode.window.showInformationMessage(vscode.l10n.t('Deleted: {0}', namesOf(names)), undo).then(
    async (chosen) => {
      if (chosen === undo) {
        await restore(services, deleted).catch((error: unknown) => showError(services, error));
      }
    },
    () => undefined,
  );
};

interface TrashChoice extends vscode.QuickPickItem {
  readonly ids: TrashIds;
  readonly at: number;
}

const trashChoices = async (services: Services): Promise<TrashChoice[]> => {
  const { registry, user } = await services.interpreter();
  const files = registry.listTrash(user).map((file): TrashChoice => {
    const at = Date.parse(file.trashed_at);
    return {
      label: file.name,
      description: `${sizeText(file.size)} · ${vscode.l10n.t('deleted {0}', relativeTime(at))}`,
      detail: `${file.path} · ${file.message_id}`,
      ids: { files: [file.id] },
      at,
    };
  });
  const attachments = registry
    .listTrashedAttachments(user)
    .map(({ id, record, workspace, trashedAt }): TrashChoice => ({
      label: record.relativePath,
      description: `${sizeText(record.size)} · ${vscode.l10n.t('deleted {0}', relativeTime(trashedAt))}`,
      detail: `/mnt/data/${record.relativePath} · ${workspace.key.messageId}`,
      ids: { attachments: [id] },
      at: trashedAt,
    }));
  return [...files, ...attachments].sort((one, other) => other.at - one.at);
};

/** Registers the commands on the trash. */
export const registerTrash = (services: Services): vscode.Disposable =>
  vscode.Disposable.from(
    registerCommand(services, 'codeInterpreter.restoreDeleted', async () => {
      const choices = await trashChoices(services);
      if (choices.length === 0) {
        say(vscode.l10n.t('Nothing was deleted.'));
        return;
      }
      const chosen = await vscode.window.showQuickPick(choices, {
        canPickMany: true,
        matchOnDescription: true,
        matchOnDetail: true,
        placeHolder: vscode.l10n.t('Which deleted files come back?'),
      });
      if (chosen && chosen.length > 0) {
        await restore(services, {
          files: chosen.flatMap(({ ids }) => ids.files ?? []),
          attachments: chosen.flatMap(({ ids }) => ids.attachments ?? []),
        });
      }
    }),
    registerCommand(services, 'codeInterpreter.emptyTrash', async () => {
      const interpreter = await services.interpreter();
      const { length: count } = await trashChoices(services);
      if (count === 0) {
        say(vscode.l10n.t('The trash is empty.'));
        return;
      }
      const empty = vscode.l10n.t('Empty Trash');
      const answer = await vscode.window.showWarningMessage(
        vscode.l10n.t('Remove {0} from the trash for good?', countText('file', count)),
        { modal: true },
        empty,
      );
      if (answer === empty) {
        const { files, bytes } = interpreter.emptyTrash(0);
        await vscode.window.showInformationMessage(
          vscode.l10n.t('{0} removed, {1} freed.', countText('file', files), sizeText(bytes)),
        );
      }
    }),
  );
