// Run records: a message's runs as a virtual read-only notebook beside the editor, live while one goes on.
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import type { NotebookOutput, RunError, RunResult } from '../../core/run/result.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import { recordUri } from '../uris.ts';
import type { Services } from '../services.ts';
import { linkOutput, placesOf } from './errorLinks.ts';
import { sameKey } from './liveRuns.ts';
import { notebookJson, type RecordedRun } from './notebook.ts';

export interface RunRecords extends DisposableLike {
  readonly onDidChange: vscode.Event<vscode.Uri>;
  /** Opens the record of a message beside the editor, without taking the focus. */
  show(key: MessageKey): Promise<void>;
  /** The notebook's text. */
  read(key: MessageKey): Promise<string>;
}

/** Live outputs are shown at most this often. */
const refreshInterval = 250;

const storedResult = v.object({
  outputs: v.array(v.custom<NotebookOutput>((output) => typeof output === 'object' && output !== null)),
  error: v.nullable(v.custom<RunError>((error) => typeof error === 'object' && error !== null)),
  files: v.array(v.custom<RunResult['files'][number]>((file) => typeof file === 'object' && file !== null)),
});

const parseStored = (json: string | null): v.InferOutput<typeof storedResult> => {
  const parsed = v.safeParse(storedResult, json === null ? null : JSON.parse(json));
  return parsed.success ? parsed.output : { outputs: [], files: [], error: null };
};

export const createRunRecords = (services: Services): RunRecords => {
  const emitter = new vscode.EventEmitter<vscode.Uri>();
  const pending = new Map<string, NodeJS.Timeout>();

  const fire = (key: MessageKey): void => {
    const uri = recordUri(key);
    const text = uri.toString();
    if (!pending.has(text)) {
      const timer = setTimeout(() => {
        pending.delete(text);
        emitter.fire(uri);
      }, refreshInterval);
      pending.set(text, timer);
    }
  };
  const listener = services.liveRuns.onDidChange((run) => {
    fire(run.key);
  });

  const read = async (key: MessageKey): Promise<string> => {
    const { receiptOf } = await services.engine();
    const { registry } = await services.interpreter();
    const live = services.liveRuns.all().filter((run) => sameKey(run.key, key));
    const ended = registry.listRuns(key).filter(({ endedAt }) => endedAt !== null);
    const records = ended.map(({ runId, code, language }): RecordedRun => {
      const { resultJson = null } = registry.getRun(key.user, runId) ?? {};
      const { outputs, files, error } = parseStored(resultJson);
      const receipt = resultJson === null ? '' : receiptOf(JSON.parse(resultJson) as RunResult);
      const linked = outputs.map((output) => linkOutput(output, placesOf(error)));
      return { runId, code, language, outputs: linked, files, receipt };
    });
    const going = live.map((run, index): RecordedRun => ({
      runId: `live-${run.startedAt}-${index}`,
      code: run.code,
      language: run.language,
      outputs: run.outputs,
      files: [],
      receipt: undefined,
    }));
    return notebookJson([...records, ...going]);
  };

  return {
    onDidChange: emitter.event,
    read,
    show: async (key) => {
      await vscode.commands.executeCommand('vscode.openWith', recordUri(key), 'jupyter-notebook', {
        viewColumn: vscode.ViewColumn.Beside,
        preserveFocus: true,
        preview: false,
      });
    },
    dispose: () => {
      listener.dispose();
      for (const timer of pending.values()) {
        clearTimeout(timer);
      }
      emitter.dispose();
    },
  };
};
