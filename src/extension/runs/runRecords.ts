// Run records: a message's runs as a virtual read-only notebook beside the editor, live while one goes on.
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import { recordUri } from '../uris.ts';
import type { EngineModule, Services } from '../services.ts';
import { boundOutputs, savedBounds, shownBounds, type OutputBounds } from './boundOutputs.ts';
import { sameKey, type LiveRun } from './liveRuns.ts';
import { notebookJson, type RecordedRun } from './notebook.ts';
import { recordOfStored, type StoredRun } from './storedRuns.ts';

export interface RunRecords extends DisposableLike {
  readonly onDidChange: vscode.Event<vscode.Uri>;
  /** Opens the record of a message beside the editor, without taking the focus. */
  show(key: MessageKey): Promise<void>;
  /** The notebook's text, as it is shown: the latest runs. */
  read(key: MessageKey): Promise<string>;
  /** The same for a file of its own: all runs, whose links lead nowhere outside of VS Code and are left out. */
  readForSaving(key: MessageKey): Promise<string>;
}

/** Live outputs are shown at most this often. */
const refreshInterval = 250;
/** How often the record of a run in another window is read anew. */
const otherWindowsInterval = 1_000;
/** More runs than this are said by their number. */
const shownRuns = 50;
/** Ended runs do not change: they are put together once. */
const rememberedRuns = 200;

const recordOfLive = ({ describeNotice, recordWords }: EngineModule, run: LiveRun): RecordedRun => ({
  runId: run.runId ?? `live-${run.startedAt}`,
  code: run.code,
  language: run.language,
  outputs: run.outputs,
  files: [],
  notes: run.notices.map(describeNotice),
  receipt: recordWords.underWay(),
  isUnderWay: true,
});

const bounded = ({ recordWords }: EngineModule, run: RecordedRun, bounds: OutputBounds): RecordedRun => ({
  ...run,
  outputs: boundOutputs(run.outputs, bounds, recordWords),
});

export const createRunRecords = (services: Services): RunRecords => {
  const emitter = new vscode.EventEmitter<vscode.Uri>();
  const pending = new Map<string, NodeJS.Timeout>();
  const remembered = new Map<string, RecordedRun>();

  const fire = (key: MessageKey, interval = refreshInterval): void => {
    const uri = recordUri(key);
    const text = uri.toString();
    if (!pending.has(text)) {
      const timer = setTimeout(() => {
        pending.delete(text);
        emitter.fire(uri);
      }, interval);
      pending.set(text, timer);
    }
  };
  const listener = services.liveRuns.onDidChange((run) => {
    fire(run.key);
  });

  const endedRuns = async (key: MessageKey, most: number): Promise<{ runs: StoredRun[]; earlier: number }> => {
    const { registry } = await services.interpreter();
    const found = registry.listRuns(key).filter(({ endedAt }) => endedAt !== null);
    const runs = found.slice(-most).map(({ runId, code, language }) => ({
      runId,
      code,
      language,
      resultJson: () => registry.getRun(key.user, runId)?.resultJson ?? null,
    }));
    return { runs, earlier: found.length - runs.length };
  };

  /** Runs under way in other windows: what they have shown is read from their journals, again and again while the record is open. */
  const elsewhere = async (engine: EngineModule, key: MessageKey, here: readonly LiveRun[]): Promise<RecordedRun[]> => {
    const interpreter = await services.interpreter();
    const runs = interpreter.registry
      .listRuns(key)
      .filter(({ endedAt, runId }) => endedAt === null && !here.some((run) => run.runId === runId));
    if (runs.length > 0) {
      fire(key, otherWindowsInterval);
    }
    return runs.map(({ runId, code, language }) => {
      const base = { runId, code, language, files: [], notes: [], isUnderWay: true };
      const run = { ...base, outputs: interpreter.outputsSoFar(runId) ?? [], receipt: engine.recordWords.underWay() };
      return bounded(engine, run, shownBounds);
    });
  };

  const shown = (engine: EngineModule, stored: StoredRun): RecordedRun => {
    const known = remembered.get(stored.runId);
    if (known) {
      return known;
    }
    const made = bounded(engine, recordOfStored(engine, stored, true), shownBounds);
    if (remembered.size >= rememberedRuns) {
      remembered.clear();
    }
    remembered.set(stored.runId, made);
    return made;
  };

  return {
    onDidChange: emitter.event,
    read: async (key) => {
      const engine = await services.engine();
      const { runs, earlier } = await endedRuns(key, shownRuns);
      const live = services.liveRuns.all().filter((run) => sameKey(run.key, key));
      const records = [
        ...runs.filter(({ runId }) => !live.some((run) => run.runId === runId)).map((run) => shown(engine, run)),
        ...(await elsewhere(engine, key, live)),
        ...live.map((run) => bounded(engine, recordOfLive(engine, run), shownBounds)),
      ];
      const introduction = earlier > 0 ? engine.recordWords.earlierLeftOut(earlier) : undefined;
      return notebookJson(records, { introduction, links: true });
    },
    readForSaving: async (key) => {
      const engine = await services.engine();
      const { runs } = await endedRuns(key, Infinity);
      const records = runs.map((run) => bounded(engine, recordOfStored(engine, run, false), savedBounds));
      return notebookJson(records, { links: false });
    },
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
