// The status bar: which gateway, which message, and how it stands; a click shows what can be done.
import * as vscode from 'vscode';
import type { CurrentMessages } from '../runs/currentMessage.ts';
import { isTranscript } from '../runs/snippets.ts';
import type { Services } from '../services.ts';
import { gatewayUrl } from '../settings.ts';
import { elapsedText, stateOf, type State } from './state.ts';
import { showStatusMenu } from './statusMenu.ts';

/** How often the time of a run is drawn anew. */
const tick = 1_000;

const isRunnable = ({ languageId, uri }: vscode.TextDocument): boolean =>
  ['python', 'markdown'].includes(languageId) && !uri.scheme.startsWith('code-interpreter');

const hostOf = (url: string): string => {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
};

const textOf = (state: State, where: string): string => {
  switch (state.kind) {
    case 'off':
      return `$(debug-disconnect) ${where}`;
    case 'starting':
      return `$(loading~spin) ${vscode.l10n.t('starting…')} · ${where}`;
    case 'idle':
      return `$(server-process) ${where}`;
    case 'busy':
      return `$(sync~spin) ${elapsedText(Date.now() - state.since)} · ${where}`;
    case 'failed':
      return `$(error) ${where}`;
  }
};

const sentenceOf = (state: State): string => {
  switch (state.kind) {
    case 'off':
      return vscode.l10n.t('Not connected: the first run connects.');
    case 'starting':
      return vscode.l10n.t('A run is being prepared.');
    case 'idle':
      return vscode.l10n.t('Connected; nothing runs.');
    case 'busy':
      return state.runs === 1 ? vscode.l10n.t('A run goes on.') : vscode.l10n.t('{0} runs go on.', state.runs);
    case 'failed':
      return state.reason;
  }
};

/** Registers the item and its menu. */
export const registerStatusBar = (services: Services, messages: CurrentMessages): vscode.Disposable => {
  const item = vscode.window.createStatusBarItem('codeInterpreter.status', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Code Interpreter');
  item.command = 'codeInterpreter.menu';
  let proven: string | undefined;
  let failure: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const current = (): State =>
    stateOf({
      running: services.liveRuns.all(),
      isConnecting: services.isConnecting(),
      isConnected: services.openInterpreter()?.gateways.current() !== undefined,
      failure,
    });

  const draw = (): void => {
    const state = current();
    const url = gatewayUrl();
    const where = url === '' ? vscode.l10n.t('local gateway') : hostOf(url);
    const editor = vscode.window.activeTextEditor;
    // Each block of a chat file has a message of its own.
    const message =
      editor && isRunnable(editor.document) && !isTranscript(editor.document.uri)
        ? messages.of(editor.document.uri).messageId
        : undefined;
    const text = textOf(state, where);
    item.text = message === undefined ? text : `${text} · ${message}`;
    item.backgroundColor = state.kind === 'failed' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.tooltip = [
      sentenceOf(state),
      vscode.l10n.t('Code Interpreter runs on: {0}', where),
      ...(message === undefined ? [] : [vscode.l10n.t('Runs from this editor belong to message: {0}', message)]),
      ...(proven === undefined ? [] : [proven]),
    ].join('\n');
    item.accessibilityInformation = { label: item.tooltip };
    const isMoving = state.kind === 'busy' || state.kind === 'starting';
    if (isMoving && timer === undefined) {
      timer = setInterval(draw, tick);
    } else if (!isMoving) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  draw();
  item.show();

  return vscode.Disposable.from(
    item,
    new vscode.Disposable(() => {
      clearInterval(timer);
    }),
    services.liveRuns.onDidChange((run) => {
      const { result } = run;
      if (result) {
        const why = result.reach_reason === undefined ? '' : ` (${result.reach_reason})`;
        proven = `${vscode.l10n.t('/mnt/data of the last run: {0}, {1}', result.grounding, result.reach)}${why}`;
      }
      failure = run.failure ?? (result?.status === 'lost' ? (result.error?.value ?? '') : undefined);
      draw();
    }),
    services.onDidChangeConnection(({ error }) => {
      failure = error;
      draw();
    }),
    messages.onDidChange(draw),
    vscode.window.onDidChangeActiveTextEditor(draw),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('codeInterpreter')) {
        draw();
        if (!event.affectsConfiguration('codeInterpreter.codeLens')) {
          // What is running ends in its old connection; the next run opens a new one.
          if (services.liveRuns.all().length === 0) {
            void services.reset();
          }
        }
      }
    }),
    vscode.commands.registerCommand('codeInterpreter.menu', () => {
      const state = current();
      return showStatusMenu(state, sentenceOf(state));
    }),
  );
};
