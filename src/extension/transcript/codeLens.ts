// Code lenses on fenced code blocks: run, then running with stop, then the result.
import * as vscode from 'vscode';
import { countText } from '../names.ts';
import type { CurrentMessages } from '../runs/currentMessage.ts';
import type { LiveRun } from '../runs/liveRuns.ts';
import { offeredLanguages } from '../runs/languages.ts';
import { blockSnippets, type Snippet } from '../runs/snippets.ts';
import type { Services } from '../services.ts';
import { codeLensEnabled } from '../settings.ts';

/** More lenses than anybody reads only slow the editor. */
const mostBlocks = 500;

const resultTitle = ({ result }: LiveRun): string => {
  if (!result) {
    return vscode.l10n.t('$(error) Did not run');
  }
  const seconds = (result.duration_ms / 1000).toFixed(1);
  const icon = result.status === 'ok' ? '$(check)' : '$(error)';
  const files = result.files.length;
  return files > 0
    ? vscode.l10n.t('{0} {1} s · {2} · Show Output', icon, seconds, countText('file', files))
    : vscode.l10n.t('{0} {1} s · Show Output', icon, seconds);
};

const lensesFor = (services: Services, snippet: Snippet): vscode.CodeLens[] => {
  const { document, line, code } = snippet;
  const range = new vscode.Range(Math.max(0, line - 1), 0, Math.max(0, line - 1), 0);
  if (!vscode.workspace.isTrusted) {
    const title = vscode.l10n.t('$(workspace-untrusted) Trust This Folder to Run');
    return [new vscode.CodeLens(range, { title, command: 'workbench.trust.manage' })];
  }
  const args = [document, line, code];
  const lens = (title: string, command: string): vscode.CodeLens =>
    new vscode.CodeLens(range, { title, command: `codeInterpreter.${command}`, arguments: args });
  const last = services.liveRuns.lastOf(document.toString(), line);
  if (last && services.liveRuns.all().includes(last)) {
    return [lens(vscode.l10n.t('$(sync~spin) Running · Stop'), 'stop')];
  }
  return [
    lens(vscode.l10n.t('$(play) Run'), 'runBlock'),
    lens(vscode.l10n.t('$(run-all) Run Message'), 'runMessage'),
    ...(last ? [lens(resultTitle(last), 'showOutput')] : []),
  ];
};

/** Registers the lenses for Markdown. */
export const registerCodeLens = (services: Services, messages: CurrentMessages): vscode.Disposable => {
  const emitter = new vscode.EventEmitter<void>();
  let states = '';
  const listener = services.liveRuns.onDidChange((run) => {
    // Outputs change often, the lens only with the state.
    const state = `${run.startedAt} ${services.liveRuns.all().includes(run)} ${run.result?.status ?? ''}`;
    if (state !== states) {
      states = state;
      emitter.fire();
    }
  });
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: emitter.event,
    // VS Code waits with the next question as long as the last answer took, up to a minute (languageFeatureDebounce.ts,
    // `max = min ** 2`): nothing slow may happen here.
    provideCodeLenses: async (document) => {
      if (!codeLensEnabled()) {
        return [];
      }
      const languages = offeredLanguages(services);
      const snippets = blockSnippets(await services.reader(), document, messages).filter(
        ({ language }) => language !== undefined && languages.has(language),
      );
      return snippets.slice(0, mostBlocks).flatMap((snippet) => lensesFor(services, snippet));
    },
  };
  return vscode.Disposable.from(
    listener,
    emitter,
    services.onDidChangeConnection(() => {
      emitter.fire();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      emitter.fire();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      for (const { range, text } of contentChanges) {
        const by = text.split('\n').length - 1 - (range.end.line - range.start.line);
        if (by !== 0) {
          const from = range.end.character === 0 ? range.end.line : range.end.line + 1;
          services.liveRuns.moveLines(document.uri.toString(), from, by);
        }
      }
    }),
    vscode.languages.registerCodeLensProvider(
      [
        { language: 'markdown', scheme: 'file' },
        { language: 'markdown', scheme: 'untitled' },
      ],
      provider,
    ),
  );
};
