// Runs that an earlier window began: shown, stopped and asked like this window's own.
import type { Log } from '../../core/log.ts';
import type { ObserveResumed } from '../../core/run/leftRuns.ts';
import type { EngineModule } from '../services.ts';
import { askInput } from './askInput.ts';
import type { LiveRun, LiveRuns } from './liveRuns.ts';

/** Shows each run that this window goes on with. */
export const showResumed =
  (liveRuns: LiveRuns, { isLasting }: EngineModule, log: Log): ObserveResumed =>
  ({ runId, key, code, language, document, startedAt, ended }) => {
    const stop = new AbortController();
    const stopFetching = new AbortController();
    const live: LiveRun = {
      key,
      code,
      language,
      origin: document?.uri === undefined ? undefined : { uri: document.uri, line: document.firstLine },
      startedAt,
      executingSince: startedAt,
      failure: undefined,
      runId,
      notices: [],
      outputs: [],
      result: undefined,
      stop: () => {
        if (stop.signal.aborted) {
          stopFetching.abort();
        }
        stop.abort();
      },
    };
    liveRuns.begin(live);
    ended
      .then(
        (result) => {
          live.result = result;
        },
        (error: unknown) => {
          log.warn(String(error));
        },
      )
      .finally(() => {
        liveRuns.end(live);
      });
    return {
      signal: stop.signal,
      stopFetching: stopFetching.signal,
      onInput: (prompt, password) => askInput(prompt, password, stop.signal),
      onEvent: (event) => {
        if (event.kind === 'notice' && isLasting(event.notice)) {
          live.notices.push(event.notice);
        } else if (event.kind === 'outputs') {
          live.outputs = event.outputs;
          liveRuns.changed(live);
        }
      },
    };
  };
