// The commands that run code.
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { say } from '../say.ts';
import { registerCommand } from '../showError.ts';
import type { CurrentMessages } from './currentMessage.ts';
import { sameKey, type LiveRun } from './liveRuns.ts';
import { keyOfRecord } from './recordCommands.ts';
import { chosenMessage } from './restartKernel.ts';
import type { RunRecords } from './runRecords.ts';
import type { Runner } from './runner.ts';
import { offeredLanguages, tellNoBlock, tellUnknown } from './languages.ts';
import {
  blockAt,
  blockOfLens,
  blockSnippets,
  fileSnippet,
  isUnknown,
  selectionSnippet,
  type Snippet,
  type Unknown,
} from './snippets.ts';

const activeEditor = (): vscode.TextEditor | undefined => {
  const { activeTextEditor } = vscode.window;
  if (!activeTextEditor) {
    say(vscode.l10n.t('Open a file with code first.'));
  }
  return activeTextEditor;
};

const documentOf = async (argument: unknown): Promise<vscode.TextDocument | undefined> =>
  argument instanceof vscode.Uri ? vscode.workspace.openTextDocument(argument) : activeEditor()?.document;

/** The runs that a lens means: those of its block, found by the code when edits above have moved it. */
const runOfLens = (runs: readonly LiveRun[], [uri, line, code]: readonly unknown[]): readonly LiveRun[] => {
  const ofDocument = runs.filter(({ origin }) => uri instanceof vscode.Uri && origin?.uri === uri.toString());
  const there = ofDocument.filter(({ origin }) => origin?.line === line);
  return there.length > 0 ? there : ofDocument.filter((run) => run.code === code);
};

/** Registers the commands. Lens arguments are a URI, a line and the code: the block is found anew, so that edits do no harm. */
export const registerRunCommands = (
  services: Services,
  messages: CurrentMessages,
  runner: Runner,
  records: RunRecords,
): vscode.Disposable => {
  const runAll = async (snippets: readonly Snippet[]): Promise<void> => {
    for (const snippet of snippets) {
      const result = await runner.run(snippet);
      if (result?.status !== 'ok') {
        return;
      }
    }
  };
  const runKnown = async (found: Snippet | Unknown): Promise<unknown> => {
    if (!isUnknown(found)) {
      return runner.run(found);
    }
    tellUnknown(found.unknown);
    return undefined;
  };
  /** What has a lens; a block of another language is run only when it is asked for itself. */
  const offered = (snippets: readonly Snippet[]): readonly Snippet[] => {
    const languages = offeredLanguages(services);
    return snippets.filter(({ language }) => language !== undefined && languages.has(language));
  };
  const snippetsOf = async (document: vscode.TextDocument): Promise<readonly Snippet[]> =>
    blockSnippets(await services.reader(), document, messages);
  const snippetAtCursor = async (
    args: readonly unknown[],
  ): Promise<{ all: readonly Snippet[]; at: Snippet } | undefined> => {
    const [uri, line, code] = args;
    const document = await documentOf(uri);
    if (!document) {
      return undefined;
    }
    const all = await snippetsOf(document);
    const cursor = typeof line === 'number' ? line : (vscode.window.activeTextEditor?.selection.active.line ?? 0);
    const at = typeof code === 'string' ? blockOfLens(all, cursor, code) : blockAt(all, cursor);
    if (!at) {
      tellNoBlock(await services.reader(), document, cursor);
      return;
    }
    return { all, at };
  };

  return vscode.Disposable.from(
    registerCommand(services, 'codeInterpreter.runSelection', async () => {
      const editor = activeEditor();
      return editor && runKnown(selectionSnippet(await services.reader(), editor, messages));
    }),
    registerCommand(services, 'codeInterpreter.runBlock', async (...args) => {
      const found = await snippetAtCursor(args);
      return found && runner.run(found.at);
    }),
    registerCommand(services, 'codeInterpreter.runFile', async (...args) => {
      const document = await documentOf(args[0]);
      if (document?.languageId === 'markdown') {
        const snippets = offered(await snippetsOf(document));
        if (snippets.length === 0) {
          say(vscode.l10n.t('There is no code block in this file that can be run.'));
        }
        await runAll(snippets);
      } else if (document) {
        await runKnown(fileSnippet(await services.reader(), document, messages));
      }
    }),
    registerCommand(services, 'codeInterpreter.runMessage', async (...args) => {
      const found = await snippetAtCursor(args);
      if (found) {
        await runAll(offered(found.all).filter(({ key }) => key.messageId === found.at.key.messageId));
      }
    }),
    registerCommand(services, 'codeInterpreter.newMessage', async () => {
      const editor = activeEditor();
      if (editor) {
        const { messageId } = await messages.next(editor.document.uri);
        vscode.window.setStatusBarMessage(vscode.l10n.t('New message: {0}', messageId), 5_000);
      }
    }),
    registerCommand(services, 'codeInterpreter.chooseMessage', async () => {
      const editor = activeEditor();
      if (!editor) {
        return;
      }
      const { uri } = editor.document;
      const { registry, user } = await services.interpreter();
      const known = registry.listWorkspaces({ user, chatId: messages.of(uri).chatId });
      const items = known.map(({ label, key }, index) => ({
        label: key.messageId,
        description: label ?? '',
        number: index + 1,
      }));
      const newMessage = { label: vscode.l10n.t('New message'), description: '', number: 0 };
      const chosen = await vscode.window.showQuickPick([...items, newMessage]);
      if (chosen) {
        await (chosen.number === 0 ? messages.next(uri) : messages.choose(uri, chosen.number));
      }
    }),
    registerCommand(services, 'codeInterpreter.stop', async (...args) => {
      const running = services.liveRuns.all();
      if (running.length === 0) {
        say(vscode.l10n.t('Nothing runs.'));
      }
      const key = keyOfRecord(args[0]);
      const asked = key ? running.filter((run) => sameKey(run.key, key)) : runOfLens(running, args);
      for (const run of asked.length > 0 ? asked : running) {
        run.stop();
      }
      return Promise.resolve(undefined);
    }),
    registerCommand(services, 'codeInterpreter.showOutput', async (...args) => {
      const [run] = runOfLens(services.liveRuns.remembered(), args);
      const key = run?.key ?? (await chosenMessage(services, messages, undefined));
      if (!key) {
        say(vscode.l10n.t('Open a file with code first.'));
        return;
      }
      const { registry } = await services.interpreter();
      if (!run && registry.listRuns(key).length === 0) {
        say(vscode.l10n.t('Nothing has run in {0} yet.', key.messageId));
        return;
      }
      await records.show(key);
      return undefined;
    }),
  );
};
