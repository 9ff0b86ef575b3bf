// Finds out what works by really trying it: the machine, the data folder, the gateway, a kernel, a file.
import { access, constants, statfs } from 'node:fs/promises';
import { throwIfAborted } from './async.ts';
import { causeOf, CodedError, isCoded } from './errors.ts';
import type { ServerKind } from './gateway/serverKind.ts';
import type { Interpreter } from './interpreter.ts';
import type { Grounding, Reach } from './kernel/capabilities.ts';
import type { RunResult } from './run/result.ts';

/** What one check found out. */
export type Finding =
  | { readonly check: 'node'; readonly version: string; readonly platform: string }
  | { readonly check: 'data'; readonly folder: string; readonly freeBytes: number }
  | {
      readonly check: 'gateway';
      readonly kind: ServerKind;
      readonly version: string;
      readonly address: string;
      readonly kernels: readonly string[];
      readonly defaultKernel: string | null;
      /** A gateway that asks for no token lets any web page of this machine's browser run code there. */
      readonly isOpen: boolean;
    }
  | {
      readonly check: 'run';
      readonly status: RunResult['status'];
      readonly grounding: Grounding;
      /** Why it is not mounted; empty where it is, or where nobody said. */
      readonly groundingReason: string;
      readonly reach: Reach;
      /** Why no folder is shared; empty where one is. */
      readonly reachReason: string;
      readonly milliseconds: number;
      /** Whether a file that the code wrote was kept with the same bytes. */
      readonly fileKept: boolean;
    };

export type Examination =
  | { readonly good: true; readonly finding: Finding }
  | { readonly good: false; readonly check: Finding['check']; readonly error: CodedError };

const content = 'well\n';
const code = `with open('/mnt/data/doctor.txt', 'w') as file:\n    file.write(${JSON.stringify(content)})\nprint('well')`;

const examineData = async ({ data }: Interpreter): Promise<Finding> => {
  try {
    await access(data.root, constants.W_OK);
    const { bavail, bsize } = await statfs(data.root);
    return { check: 'data', folder: data.root, freeBytes: bavail * bsize };
  } catch (error) {
    throw new CodedError('data.notWritable', { folder: data.root, cause: causeOf(error) }, { cause: error });
  }
};

const examineGateway = async ({ gateways }: Interpreter, signal: AbortSignal | undefined): Promise<Finding> => {
  const { server, http } = await gateways.connected({ signal, onProgress: () => undefined });
  const { token, password } = http.connection;
  return {
    check: 'gateway',
    kind: server.kind,
    version: server.version,
    address: http.connection.baseUrl,
    kernels: server.kernelSpecs.specs.map(({ name }) => name),
    defaultKernel: server.kernelSpecs.defaultName,
    isOpen: (token ?? '') === '' && (password ?? '') === '',
  };
};

/** Runs something in a message of its own, of which nothing stays. */
const examineRun = async (interpreter: Interpreter, signal: AbortSignal | undefined): Promise<Finding> => {
  const key = interpreter.key('doctor', 'doctor');
  let groundingReason = '';
  const start = performance.now();
  const result = await interpreter.run(
    { key, code },
    {
      ...(signal && { signal }),
      onEvent: (event) => {
        if (event.kind === 'notice' && event.notice.code === 'grounding.translated') {
          groundingReason = event.notice.reason;
        }
      },
    },
  );
  const milliseconds = Math.round(performance.now() - start);
  const kept = interpreter.registry.listMessageFiles(interpreter.user, key.chatId, key.messageId);
  const { status, grounding, reach, reach_reason: reachReason = '' } = result;
  const fileKept = kept.some(({ name, size }) => name === 'doctor.txt' && size === content.length);
  for (const { id } of kept) {
    interpreter.registry.forgetFile(interpreter.user, id);
  }
  return { check: 'run', status, grounding, groundingReason, reach, reachReason, milliseconds, fileKept };
};

/**
 * Examines everything that a run needs, in the order in which a run needs it; ends at the first thing that is wrong.
 * @param onFound - told of each thing as soon as it is known
 * @throws CodedError `cancelled`
 */
export const examine = async (
  interpreter: Interpreter,
  signal?: AbortSignal,
  onFound?: (examination: Examination) => void,
): Promise<readonly Examination[]> => {
  const found: Examination[] = [];
  const tell = (examination: Examination): void => {
    found.push(examination);
    onFound?.(examination);
  };
  tell({ good: true, finding: { check: 'node', version: process.versions.node, platform: process.platform } });
  const checks = [
    { check: 'data', examine: () => examineData(interpreter) },
    { check: 'gateway', examine: () => examineGateway(interpreter, signal) },
    { check: 'run', examine: () => examineRun(interpreter, signal) },
  ] as const;
  for (const { check, examine: look } of checks) {
    throwIfAborted(signal);
    try {
      tell({ good: true, finding: await look() });
    } catch (error) {
      throwIfAborted(signal);
      if (!isCoded(error)) {
        throw error;
      }
      tell({ good: false, check, error });
      break;
    }
  }
  return found;
};
