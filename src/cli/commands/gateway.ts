// gateway: the embedded gateway of a data folder.
import { openDataFolder } from '../../core/dataFolder.ts';
import { CodedError } from '../../core/errors.ts';
import {
  embeddedGatewayStatus,
  startEmbeddedGateway,
  stopEmbeddedGateway,
  stopUnusedGateway,
} from '../../core/gateway/embedded/gatewayProcess.ts';
import type { Command, CommandContext } from '../commandLine.ts';
import { flag, positive, text } from '../options.ts';
import { dataFolderOf } from '../services.ts';

const start = async ({ values, output, signal }: CommandContext): Promise<number> => {
  const python = text(values, 'python');
  const kernelPython = text(values, 'kernel-python');
  const port = positive(values, 'port');
  const told = new Set<string>();
  const gateway = await startEmbeddedGateway(openDataFolder(dataFolderOf(values)), {
    // Asking for it by name is the consent; what it takes is said as it goes.
    consent: true,
    keep: true,
    signal,
    log: output.log,
    onProgress: ({ step, reason }) => {
      if (!told.has(step)) {
        told.add(step);
        output.note(`${step}: ${reason}`);
      }
    },
    ...(python !== undefined && { python }),
    ...(kernelPython !== undefined && { kernelPython }),
    hideHome: !flag(values, 'show-home'),
    hideNetwork: flag(values, 'hide-network'),
    ...(port !== undefined && { port }),
  });
  const { pid, kind, reused, logFile, connection } = gateway;
  if (output.json) {
    output.value({ running: true, url: connection.baseUrl, pid, kind, reused, log: logFile });
  }
  output.print(`${reused ? 'Running already' : 'Started'} at ${connection.baseUrl} (${kind}, process ${pid}).\n`);
  return 0;
};

const stop = async ({ values, output }: CommandContext): Promise<number> => {
  const data = openDataFolder(dataFolderOf(values));
  const stopped = flag(values, 'if-unused') ? await stopUnusedGateway(data) : await stopEmbeddedGateway(data);
  const inUse = stopped === 'in use';
  if (output.json) {
    output.value({ running: inUse, stopped: stopped === true });
  }
  output.print(
    inUse ? 'Not stopped: a window or another command uses it.\n' : stopped ? 'Stopped.\n' : 'It was not running.\n',
  );
  return 0;
};

const status = async ({ values, output }: CommandContext): Promise<number> => {
  const found = await embeddedGatewayStatus(openDataFolder(dataFolderOf(values)));
  if (output.json) {
    output.value(
      found.running
        ? { running: true, url: found.connection.baseUrl, pid: found.pid, kind: found.kind, log: found.logFile }
        : { running: false },
    );
  }
  output.print(
    found.running
      ? `Running at ${found.connection.baseUrl} (${found.kind}, process ${found.pid}).\n`
      : 'Not running.\n',
  );
  return 0;
};

export const gatewayCommand: Command = {
  usage:
    'gateway start|stop|status [--if-unused] [--port N] [--python PATH] [--kernel-python PATH] [--show-home] [--hide-network]',
  summary: 'Sets up, starts and stops the local gateway that runs use when no --gateway is given.',
  options: {
    'if-unused': { type: 'boolean' },
    port: { type: 'string' },
    python: { type: 'string' },
    'kernel-python': { type: 'string' },
    'show-home': { type: 'boolean' },
    'hide-network': { type: 'boolean' },
  },
  run: async (context) => {
    switch (context.positionals[0]) {
      case 'start':
        return start(context);
      case 'stop':
        return stop(context);
      case 'status':
        return status(context);
      default:
        throw new CodedError('usage.invalid', { problem: 'say gateway start, gateway stop or gateway status' });
    }
  },
};
