// What every command works with: the interpreter of this user and data folder, and the way to the gateway.
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { openDataFolder, resolveDataFolder } from '../core/dataFolder.ts';
import { causeOf, CodedError } from '../core/errors.ts';
import { parseGatewayUrl, type GatewayConnection } from '../core/gateway/connection.ts';
import { embeddedGatewayStatus, startEmbeddedGateway } from '../core/gateway/embedded/gatewayProcess.ts';
import { readHeaders } from '../core/gateway/headers.ts';
import { openInterpreter, type Interpreter } from '../core/interpreter.ts';
import type { ConnectGateway } from '../core/run/gatewayAccess.ts';
import { noLimits } from '../core/run/channel/fetchLeft.ts';
import type { TransferLimits } from '../core/run/channel/plan.ts';
import { kernelScopes } from '../core/run/kernelScope.ts';
import { defaultRunSettings, type RunSettings } from '../core/run/request.ts';
import type { Log } from '../core/log.ts';
import { choice, flag, fromEnvironment, list, positive, text, type OptionValues } from './options.ts';

export const userOf = (values: OptionValues): string => text(values, 'user') ?? userInfo().username;

export const dataFolderOf = (values: OptionValues): string => resolveDataFolder(text(values, 'data-dir'));

const readOption = (values: OptionValues, name: string): string | undefined => {
  const path = text(values, name);
  if (path === undefined) {
    return undefined;
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CodedError('usage.invalid', { problem: `the file of --${name} can't be read: ${causeOf(error)}` });
  }
};

/** The gateway that `--gateway` names; `undefined` for the embedded one. */
const remoteConnection = (values: OptionValues): GatewayConnection | undefined => {
  const url = text(values, 'gateway');
  if (url === undefined) {
    return undefined;
  }
  const { baseUrl, token } = parseGatewayUrl(url);
  const password = fromEnvironment(values, 'password-env');
  const certificateAuthority = readOption(values, 'ca');
  const headers = list(values, 'header-env').map((given) => {
    const [name = '', variable = ''] = given.split('=');
    return [name, `\${env:${variable}}`] as const;
  });
  return {
    baseUrl,
    token: fromEnvironment(values, 'token-env') ?? token,
    headers: readHeaders(Object.fromEntries(headers), process.env),
    ...(password !== undefined && { password }),
    ...(certificateAuthority !== undefined && { certificateAuthority }),
  };
};

const connectEmbedded =
  (values: OptionValues, log: Log): ConnectGateway =>
  async ({ signal, onProgress }) => {
    const python = text(values, 'python');
    const kernelPython = text(values, 'kernel-python');
    const started = await startEmbeddedGateway(openDataFolder(dataFolderOf(values)), {
      consent: flag(values, 'yes'),
      log,
      onProgress,
      ...(python !== undefined && { python }),
      ...(kernelPython !== undefined && { kernelPython }),
      hideHome: !flag(values, 'show-home'),
      hideNetwork: flag(values, 'hide-network'),
      ...(signal && { signal }),
    });
    return { ...started.connection, release: started.release };
  };

/** What is fetched from a kernel that shares no folder; megabytes are millions of bytes. */
const transferOf = (values: OptionValues): TransferLimits => {
  const { transfer } = defaultRunSettings;
  const fileMegabytes = positive(values, 'transfer-file-megabytes');
  const files = positive(values, 'transfer-files');
  const megabytes = positive(values, 'transfer-megabytes');
  return flag(values, 'fetch-anyway')
    ? noLimits
    : {
        fileBytes: fileMegabytes === undefined ? transfer.fileBytes : fileMegabytes * 1e6,
        files: files ?? transfer.files,
        totalBytes: megabytes === undefined ? transfer.totalBytes : megabytes * 1e6,
      };
};

const settingsOf = (values: OptionValues): Partial<RunSettings> => {
  const timeoutSeconds = positive(values, 'timeout');
  const grounding = choice(values, 'grounding', ['auto', 'mounted', 'translated', 'untranslated']);
  const reach = choice(values, 'reach', ['auto', 'shared', 'channel']);
  const kernelScope = choice(values, 'scope', kernelScopes);
  const initCode = readOption(values, 'init-code');
  const kernelDataDir = text(values, 'kernel-data-dir');
  const kernelName = text(values, 'kernel');
  return {
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(grounding && { grounding }),
    ...(reach && { reach }),
    transfer: transferOf(values),
    keepKernelFolder: flag(values, 'keep-kernel-folder'),
    ...(kernelScope && { kernelScope }),
    ...(initCode !== undefined && { initCode }),
    ...(kernelDataDir !== undefined && { kernelDataDir }),
    ...(kernelName !== undefined && { kernelName }),
  };
};

/**
 * Opens the interpreter that the options describe, and cleans up after commands that were killed.
 * @throws CodedError `usage.invalid`, `gateway.invalidUrl`, `data.notWritable` and the registry's
 */
export const openFromOptions = async (values: OptionValues, log: Log): Promise<Interpreter> => {
  const remote = remoteConnection(values);
  const settings = settingsOf(values);
  const dataFolder = dataFolderOf(values);
  const interpreter = await openInterpreter({
    dataFolder,
    user: userOf(values),
    settings: () => settings,
    log,
    connect: remote ? () => Promise.resolve(remote) : connectEmbedded(values, log),
    reconnect: async (address) => {
      if (address === 'embedded') {
        const status = await embeddedGatewayStatus(openDataFolder(dataFolder));
        return status.running ? status.connection : 'gone';
      }
      return remote?.baseUrl === address ? remote : 'unknown';
    },
  });
  await interpreter.recover();
  return interpreter;
};
