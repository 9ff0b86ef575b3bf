// What the surfaces share: the engine, loaded at first use; the interpreter, opened at first use; the log.
import { userInfo } from 'node:os';
import * as vscode from 'vscode';
import type { DisposableLike } from './disposable.ts';
import type { GatewayConnection } from '../core/gateway/connection.ts';
import type { Interpreter } from '../core/interpreter.ts';
import type { ConnectGateway } from '../core/run/gatewayAccess.ts';
import type * as Engine from './engine.ts';
import type * as Reader from './reader.ts';
import { engineLog } from './engineLog.ts';
import { askEmbeddedConsent, type Installing } from './connection/consent.ts';
import { tokenKey } from './connection/tokens.ts';
import { createLiveRuns, type LiveRuns } from './runs/liveRuns.ts';
import { showResumed } from './runs/resumedRuns.ts';
import {
  certificateAuthority,
  gatewayHeaders,
  dataDir,
  embeddedPythons,
  gatewayUrl,
  hiding,
  runSettings,
  trashDays,
} from './settings.ts';

export type EngineModule = typeof Engine;
export type ReaderModule = typeof Reader;

export interface Services extends DisposableLike {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly liveRuns: LiveRuns;
  /** Fires when the registry may hold something new: after runs here, and when another window wrote. */
  readonly onDidChangeFiles: vscode.Event<undefined>;
  /** Fires when a gateway is being connected, is connected, or is let go; with the reason when that failed. */
  readonly onDidChangeConnection: vscode.Event<{ readonly error: string | undefined }>;
  isConnecting(): boolean;
  /** Tells all surfaces how an attempt to connect ended; `error` is the reason where it failed. */
  connectionChanged(error: string | undefined): void;
  engine(): Promise<EngineModule>;
  /** Reads Markdown; a small bundle, loaded at once. */
  reader(): Promise<ReaderModule>;
  interpreter(): Promise<Interpreter>;
  /** The interpreter when it is open: nothing is loaded for the mere question. */
  openInterpreter(): Interpreter | undefined;
  filesChanged(): void;
  /** Closes the interpreter, so that the next use opens it with the settings of then. With `leaveRuns` what runs goes on for the next window. */
  reset(options?: { readonly leaveRuns: boolean }): Promise<void>;
}

/** How often changes by other windows are asked for while the registry is open, should a watch on it not tell: one row is read. */
const pollInterval = 1_000;

export const createServices = (context: vscode.ExtensionContext): Services => {
  const channel = vscode.window.createOutputChannel('Code Interpreter', { log: true });
  const log = engineLog(channel);
  const filesEmitter = new vscode.EventEmitter<undefined>();
  const connectionEmitter = new vscode.EventEmitter<{ readonly error: string | undefined }>();
  const liveRuns = createLiveRuns();
  let engine: Promise<EngineModule> | undefined;
  let opening: Promise<Interpreter> | undefined;
  let opened: Interpreter | undefined;
  let watcher: { close(): Promise<void> } | undefined;
  let seen = -1;
  let connecting = 0;

  const loadEngine = (): Promise<EngineModule> => {
    engine ??= import('./engine.ts').catch((error: unknown) => {
      engine = undefined;
      throw error;
    });
    return engine;
  };

  const remote = async (url: string): Promise<GatewayConnection> => {
    const { parseGatewayUrl, readHeaders } = await loadEngine();
    const { baseUrl, token } = parseGatewayUrl(url);
    const stored = await context.secrets.get(tokenKey(baseUrl));
    const authority = certificateAuthority();
    return {
      baseUrl,
      token: stored ?? token,
      headers: readHeaders(gatewayHeaders(), process.env),
      ...(authority !== undefined && { certificateAuthority: authority }),
    };
  };

  const connectWatched: ConnectGateway = async (options) => {
    const { describeError, isCoded } = await loadEngine();
    connecting++;
    connectionEmitter.fire({ error: undefined });
    let failure: string | undefined;
    try {
      return await connect(options);
    } catch (error) {
      failure = isCoded(error, 'cancelled') ? undefined : describeError(error).message;
      throw error;
    } finally {
      connecting--;
      connectionEmitter.fire({ error: failure });
    }
  };

  const connect: ConnectGateway = async ({ signal, onProgress }) => {
    const url = gatewayUrl();
    if (url !== '') {
      return remote(url);
    }
    const { startEmbeddedGateway, openDataFolder, resolveDataFolder, describeNotice } = await loadEngine();
    const start = (consent: boolean, installing?: Installing): ReturnType<typeof startEmbeddedGateway> =>
      startEmbeddedGateway(openDataFolder(resolveDataFolder(dataDir())), {
        ...embeddedPythons(),
        ...hiding(),
        consent,
        onProgress: (progress) => {
          onProgress(progress);
          installing?.report(describeNotice({ code: 'setup', ...progress }));
        },
        log,
        signal: AbortSignal.any([...(signal ? [signal] : []), ...(installing ? [installing.signal] : [])]),
      });
    const { connection, release } = await askEmbeddedConsent(await loadEngine(), context, start);
    return { ...connection, release };
  };

  const tellChanges = (): void => {
    try {
      const version = opened?.registry.dataVersion();
      if (version !== undefined && version !== seen) {
        seen = version;
        filesEmitter.fire(undefined);
      }
    } catch (error) {
      log.warn(String(error));
    }
  };

  const emptyOldTrash = (interpreter: Interpreter): void => {
    const { files } = interpreter.emptyTrash(trashDays());
    if (files > 0) {
      log.info(`${files} files removed from the trash`);
    }
  };

  const open = async (): Promise<Interpreter> => {
    const { openInterpreter, openDataFolder, resolveDataFolder, embeddedGatewayStatus, watchChanges } =
      await loadEngine();
    const dataFolder = resolveDataFolder(dataDir());
    const interpreter = await openInterpreter({
      dataFolder,
      user: userInfo().username,
      connect: connectWatched,
      settings: runSettings,
      log,
      reconnect: async (address) => {
        if (address === 'embedded') {
          const status = await embeddedGatewayStatus(openDataFolder(dataFolder));
          return status.running ? status.connection : 'gone';
        }
        const url = gatewayUrl();
        const connection = url === '' ? undefined : await remote(url);
        return connection?.baseUrl === address ? connection : 'unknown';
      },
    });
    opened = interpreter;
    watcher = watchChanges(interpreter.data, tellChanges);
    void interpreter.recover(showResumed(liveRuns, await loadEngine(), log)).then(
      () => {
        emptyOldTrash(interpreter);
        filesEmitter.fire(undefined);
      },
      (error: unknown) => {
        log.warn(String(error));
      },
    );
    return interpreter;
  };

  const poll = setInterval(tellChanges, pollInterval);

  const reset: Services['reset'] = async (options) => {
    const closing = opening;
    opening = undefined;
    opened = undefined;
    const watching = watcher;
    watcher = undefined;
    // At once: closing takes a while, and what is found out about the next connection meanwhile must stay.
    connectionEmitter.fire({ error: undefined });
    try {
      await watching?.close();
      await (await closing)?.dispose(options);
    } catch (error) {
      log.warn(String(error));
    }
  };

  return {
    context,
    log: channel,
    liveRuns,
    onDidChangeFiles: filesEmitter.event,
    onDidChangeConnection: connectionEmitter.event,
    isConnecting: () => connecting > 0,
    connectionChanged: (error) => {
      connectionEmitter.fire({ error });
    },
    engine: loadEngine,
    reader: () => import('./reader.ts'),
    interpreter: () => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    openInterpreter: () => opened,
    filesChanged: () => {
      filesEmitter.fire(undefined);
    },
    reset,
    dispose: () => {
      clearInterval(poll);
      filesEmitter.dispose();
      connectionEmitter.dispose();
      liveRuns.dispose();
      channel.dispose();
    },
  };
};
