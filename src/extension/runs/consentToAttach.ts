// Consent before a chat gets files from outside of its own folder: a downloaded chat may link a private key.
import * as vscode from 'vscode';
import type { AttachmentSource } from '../../core/workspace/attachments.ts';
import type { EngineModule } from '../services.ts';
import type { Snippet } from './snippets.ts';

export type ConsentRequest = Awaited<ReturnType<EngineModule['resolveAttachable']>>['needsConsent'][number];

const stateKey = ({ key, document }: Snippet): string =>
  `codeInterpreter.attaches:${key.chatId} ${document.toString()}`;

/** The file that would be read: where the way leads through links, not what is written. */
const shownPath = ({ source }: ConsentRequest): string => source.realPath ?? source.path;

const mostShown = 5;

/**
 * Which of these files the user lets the chat have. Asked once for each file of a chat; what was refused is asked about again in
 * the next window only.
 */
export const createConsentToAttach = (
  context: vscode.ExtensionContext,
): ((snippet: Snippet, requests: readonly ConsentRequest[]) => Promise<readonly AttachmentSource[]>) => {
  const refused = new Set<string>();
  return async (snippet, requests) => {
    const key = stateKey(snippet);
    const allowed = new Set(context.workspaceState.get<readonly string[]>(key, []));
    const asked = requests.filter((request) => {
      const path = shownPath(request);
      return !allowed.has(path) && !refused.has(`${key} ${path}`);
    });
    if (asked.length > 0) {
      const paths = asked.slice(0, mostShown).map(shownPath);
      const more = asked.length - paths.length;
      const list = more > 0 ? [...paths, vscode.l10n.t('{0} more', more)] : paths;
      const attach = vscode.l10n.t('Attach');
      const without = vscode.l10n.t('Run Without');
      const answer = await vscode.window.showWarningMessage(
        vscode.l10n.t(
          'The chat "{0}" asks for files from outside of its folder: {1}. Code of the chat can read what is attached.',
          snippet.chatTitle,
          list.join(', '),
        ),
        attach,
        without,
      );
      for (const request of asked) {
        const path = shownPath(request);
        if (answer === attach) {
          allowed.add(path);
        } else {
          refused.add(`${key} ${path}`);
        }
      }
      if (answer === attach) {
        await context.workspaceState.update(key, [...allowed]);
      }
    }
    return requests.filter((request) => allowed.has(shownPath(request))).map(({ source }) => source);
  };
};
