// The gateway process that the state names: whether it runs, and its end.
import { delay } from '../../async.ts';
import type { DataFolder } from '../../dataFolder.ts';
import { livenessOf, thisProcess } from '../../registry/processIdentity.ts';
import { createGatewayHttp } from '../http.ts';
import { readState, removeState, type GatewayState } from './state.ts';

/** The state of a gateway that really runs and answers within `milliseconds`, else `null`. */
export const runningState = async (data: DataFolder, milliseconds = 5_000): Promise<GatewayState | null> => {
  const state = readState(data);
  if (!state || livenessOf(state.process, thisProcess()) === 'dead') {
    return null;
  }
  const http = createGatewayHttp({ baseUrl: state.baseUrl, token: state.token });
  try {
    await http.request({ method: 'GET', path: 'api/kernelspecs', timeout: milliseconds }, [200]);
    return state;
  } catch {
    return null;
  } finally {
    await http.dispose();
  }
};

const sleepUntilEnded = async (identity: GatewayState['process'], milliseconds: number): Promise<boolean> => {
  const self = thisProcess();
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline) {
    if (livenessOf(identity, self) !== 'alive') {
      return true;
    }
    await delay(50);
  }
  return false;
};

/** Ends the process of the last state with its kernels, within 15 s; false when there is none to end. */
export const endProcess = async (data: DataFolder): Promise<boolean> => {
  const state = readState(data);
  if (!state || livenessOf(state.process, thisProcess()) !== 'alive') {
    removeState(data);
    return false;
  }
  // On SIGTERM it ends its kernels first; on SIGKILL their death signal does.
  process.kill(state.process.pid, 'SIGTERM');
  if (!(await sleepUntilEnded(state.process, 10_000))) {
    process.kill(state.process.pid, 'SIGKILL');
    await sleepUntilEnded(state.process, 5_000);
  }
  removeState(data);
  return true;
};
