// Running a snippet: progress, stop, input, and what is offered when it failed.
import * as vscode from 'vscode';
import type { RunResult } from '../../core/run/result.ts';
import { basenameOf } from '../names.ts';
import type { Services } from '../services.ts';
import type { LiveRun } from './liveRuns.ts';
import { showError } from '../showError.ts';
import { createConsentToAttach } from './consentToAttach.ts';
import { confirmDownloadedChat } from './consentToRun.ts';
import { askInput } from './askInput.ts';
import { tellFailure } from './failure.ts';
import { offerFetch } from './fetchLeft.ts';
import type { RunRecords } from './runRecords.ts';
import { sourceOf, withLinkedFiles, type Snippet } from './snippets.ts';

export interface Runner {
  /** Runs a snippet and shows its record; `undefined` when the user did not agree to run it. */
  run(snippet: Snippet): Promise<RunResult | undefined>;
}

export const createRunner = (services: Services, records: RunRecords): Runner => {
  const consentToAttach = createConsentToAttach(services.context);
  const runOnce = async (snippet: Snippet): Promise<RunResult> => {
    const { describeError, describeNotice, isCoded, isLasting } = await services.engine();
    const interpreter = await services.interpreter();
    const stop = new AbortController();
    const stopFetching = new AbortController();
    const live: LiveRun = {
      key: snippet.key,
      code: snippet.code,
      language: snippet.language ?? 'python',
      origin: { uri: snippet.document.toString(), line: snippet.line },
      startedAt: Date.now(),
      executingSince: undefined,
      failure: undefined,
      runId: undefined,
      notices: [],
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
    // Named before it runs: the tree shows it by then.
    interpreter.registry.workspaceFor(snippet.key);
    if (snippet.label !== undefined) {
      interpreter.registry.describeMessage(snippet.key, { label: snippet.label, chatTitle: snippet.chatTitle });
    }
    services.liveRuns.begin(live);
    try {
      return await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Code Interpreter') },
        async (progress) => {
          const result = await interpreter.run(
            {
              key: snippet.key,
              code: snippet.code,
              ...(snippet.language !== undefined && { language: snippet.language }),
              document: sourceOf(snippet),
              attachments: snippet.attachments,
            },
            {
              signal: stop.signal,
              stopFetching: stopFetching.signal,
              onInput: (prompt, password) => askInput(prompt, password, stop.signal),
              onEvent: (event) => {
                if (event.kind === 'begin') {
                  live.runId = event.runId;
                } else if (event.kind === 'phase') {
                  if (event.phase === 'execute') {
                    live.executingSince = Date.now();
                    // What was told of the way there is over.
                    progress.report({ message: basenameOf(snippet.document) });
                    services.liveRuns.changed(live);
                  }
                } else if (event.kind === 'notice') {
                  const text = describeNotice(event.notice);
                  if (isLasting(event.notice)) {
                    live.notices.push(event.notice);
                    services.liveRuns.changed(live);
                  }
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
    } catch (error) {
      live.failure = isCoded(error, 'cancelled') ? undefined : describeError(error).message;
      throw error;
    } finally {
      services.liveRuns.end(live);
      services.filesChanged();
    }
  };

  const offerHelp = async (snippet: Snippet, result: RunResult): Promise<void> => {
    const attachment = await tellFailure(snippet, result);
    if (attachment) {
      await run({ ...snippet, attachments: [...snippet.attachments, attachment] });
    }
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
    const result = await runOnce(await withLinkedFiles(await services.engine(), snippet, consentToAttach));
    // Not awaited: a message that nobody closes must not keep the command from ending.
    for (const offer of [offerHelp(snippet, result), offerFetch(services, snippet.key, result)]) {
      offer.catch((error: unknown) => showError(services, error));
    }
    return result;
  };
  return { run };
};
