// Running a snippet: progress, stop, input, and what is offered when it failed.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { RunResult } from '../../core/run/result.ts';
import type { Services } from '../services.ts';
import type { LiveRun } from './liveRuns.ts';
import { showError } from '../showError.ts';
import { confirmDownloadedChat } from './consentToRun.ts';
import { offerFetch } from './fetchLeft.ts';
import type { RunRecords } from './runRecords.ts';
import { withLinkedFiles, type Snippet } from './snippets.ts';

export interface Runner {
  /** Runs a snippet and shows its record; `undefined` when the user did not agree to run it. */
  run(snippet: Snippet): Promise<RunResult | undefined>;
}

const askInput = async (prompt: string, password: boolean, stopped: AbortSignal): Promise<string> => {
  const token = new vscode.CancellationTokenSource();
  const cancel = (): void => {
    token.cancel();
  };
  stopped.addEventListener('abort', cancel, { once: true });
  try {
    const answer = await vscode.window.showInputBox(
      { prompt: prompt === '' ? vscode.l10n.t('The code asks for input') : prompt, password, ignoreFocusOut: true },
      token.token,
    );
    return answer ?? '';
  } finally {
    stopped.removeEventListener('abort', cancel);
    token.dispose();
  }
};

/** The line of the document that an error points to: the code's lines are numbered as the document's. */
const errorLine = (result: RunResult): number | undefined => {
  const lines = (result.error?.traceback ?? []).join('\n').matchAll(/Cell In\[\d+\], line (\d+)|line (\d+)\n/g);
  const found = [...lines].at(-1);
  const text = found?.[1] ?? found?.[2];
  return text === undefined ? undefined : Number(text) - 1;
};

/** A file that the code missed and that lies beside the edited one. */
const missingNeighbour = (snippet: Snippet, result: RunResult): string | undefined => {
  if (result.error?.name !== 'FileNotFoundError' || snippet.document.scheme !== 'file') {
    return undefined;
  }
  const name = /'([^']+)'\s*$/.exec(result.error.value)?.[1];
  const path = name === undefined ? undefined : join(dirname(snippet.document.fsPath), basename(name));
  return path !== undefined && existsSync(path) ? path : undefined;
};

export const createRunner = (services: Services, records: RunRecords): Runner => {
  const runOnce = async (snippet: Snippet): Promise<RunResult> => {
    const { describeNotice } = await services.engine();
    const interpreter = await services.interpreter();
    const stop = new AbortController();
    const stopFetching = new AbortController();
    const live: LiveRun = {
      key: snippet.key,
      code: snippet.code,
      language: snippet.language,
      origin: { uri: snippet.document.toString(), line: snippet.line },
      startedAt: Date.now(),
      outputs: [],
      result: undefined,
      stop: () => {
        // The first stop is the code's: what it made still comes. The second one ends that too.
        if (stop.signal.aborted) {
          stopFetching.abort();
        }
        stop.abort();
      },
    };
    services.liveRuns.begin(live);
    try {
      return await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Code Interpreter') },
        async (progress) => {
          const result = await interpreter.run(
            {
              key: snippet.key,
              code: snippet.code,
              firstLine: snippet.line,
              attachments: snippet.attachments,
            },
            {
              signal: stop.signal,
              stopFetching: stopFetching.signal,
              onInput: (prompt, password) => askInput(prompt, password, stop.signal),
              onEvent: (event) => {
                if (event.kind === 'notice') {
                  const text = describeNotice(event.notice);
                  if (event.notice.code !== 'transfer') {
                    services.log.info(text);
                  }
                  progress.report({ message: text });
                } else if (event.kind === 'outputs') {
                  live.outputs = event.outputs;
                  services.liveRuns.changed(live);
                }
              },
            },
          );
          live.result = result;
          return result;
        },
      );
    } finally {
      services.liveRuns.end(live);
      interpreter.registry.describeMessage(snippet.key, { label: snippet.label, chatTitle: snippet.chatTitle });
      services.filesChanged();
    }
  };

  const tellFailure = async (snippet: Snippet, result: RunResult): Promise<RunResult | undefined> => {
    const { error } = result;
    if (result.status === 'ok' || result.status === 'interrupted' || !error) {
      return undefined;
    }
    const goToLine = vscode.l10n.t('Go to Line');
    const attachAndRun = vscode.l10n.t('Attach and Run Again');
    const neighbour = missingNeighbour(snippet, result);
    const line = errorLine(result);
    const chosen = await vscode.window.showErrorMessage(
      `${error.name}: ${error.value}`,
      ...(neighbour === undefined ? [] : [attachAndRun]),
      ...(line === undefined ? [] : [goToLine]),
    );
    if (chosen === goToLine && line !== undefined) {
      const selection = new vscode.Range(line, 0, line, 0);
      await vscode.window.showTextDocument(snippet.document, { selection });
    }
    if (chosen === attachAndRun && neighbour !== undefined) {
      return run({ ...snippet, attachments: [...snippet.attachments, { path: neighbour }] });
    }
    return undefined;
  };

  const run = async (snippet: Snippet): Promise<RunResult | undefined> => {
    if (!vscode.workspace.isTrusted) {
      await vscode.window.showWarningMessage(vscode.l10n.t('Code runs only in a trusted folder.'));
      return undefined;
    }
    if (!(await confirmDownloadedChat(services.context, snippet))) {
      return undefined;
    }
    await records.show(snippet.key);
    const result = await runOnce(await withLinkedFiles(await services.engine(), snippet));
    // Not awaited: a message that nobody closes must not keep the command from ending.
    void tellFailure(snippet, result);
    void offerFetch(services, snippet.key, result).catch((error: unknown) => showError(services, error));
    return result;
  };
  return { run };
};
