// One real Enterprise Gateway for all tests of a mocha process, started when the first of them asks for it.
import { join } from 'node:path';
import { openDataFolder, type DataFolder } from '../../src/core/dataFolder.ts';
import type { GatewayConnection } from '../../src/core/gateway/connection.ts';
import {
  startEmbeddedGateway,
  stopEmbeddedGateway,
  type EmbeddedGateway,
} from '../../src/core/gateway/embedded/gatewayProcess.ts';
import { atEnd } from './atEnd.ts';
import { atExit, cacheFolder, temporaryFolder } from './places.ts';

export interface TestGateway {
  readonly connection: GatewayConnection;
  /** A data folder of its own; its gateway is the one that runs. */
  readonly data: DataFolder;
  readonly gateway: EmbeddedGateway;
  /** Stops the gateway before the tests are over; the next test that asks gets another one. */
  readonly stop: () => Promise<void>;
}

/** A data folder of its own, gone when the process ends. Who starts a gateway in it stops it. */
export const temporaryDataFolder = async (): Promise<DataFolder> =>
  openDataFolder(join(await temporaryFolder('data'), 'data'));

/** Starts a gateway that the caller stops, on a data folder of its own unless told otherwise. A test process that is killed takes it along. */
export const startTestGateway = async (given?: DataFolder): Promise<TestGateway> => {
  const data = given ?? (await temporaryDataFolder());
  const gateway = await startEmbeddedGateway(data, { consent: true, cacheFolder });
  const spare = atExit(() => {
    process.kill(gateway.pid, 'SIGKILL');
  });
  const stop = async (): Promise<void> => {
    spare();
    await stopEmbeddedGateway(data);
  };
  return { connection: gateway.connection, data, gateway, stop };
};

let shared: Promise<TestGateway> | undefined;

const startShared = async (): Promise<TestGateway> => {
  const started = await startTestGateway();
  const stop = async (): Promise<void> => {
    if (shared) {
      shared = undefined;
      await started.stop();
    }
  };
  atEnd(stop);
  return { ...started, stop };
};

/** The shared gateway; stopped when mocha ends. */
export const testGateway = (): Promise<TestGateway> => (shared ??= startShared());
