// Starting a kernel so that it can never be left behind.
import { delay, orCancelled, within } from '../async.ts';
import { CodedError, isCoded } from '../errors.ts';
import type { Log } from '../log.ts';
import type { GatewayHttp } from './http.ts';
import { deleteKernel, postKernel, type KernelModel } from './kernelApi.ts';

export interface LaunchRequest {
  /** Sent as `KERNEL_ID`: Enterprise Gateway uses it, so that the kernel can be found whatever becomes of the answer. */
  readonly kernelId: string;
  readonly name: string;
  readonly user: string;
  /** More `KERNEL_*` variables; only characters that no shell expands (a remote launcher exports them through one). */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds the gateway may take (`KERNEL_LAUNCH_TIMEOUT`). */
  readonly launchTimeout: number;
  readonly signal?: AbortSignal;
  readonly log: Log;
  /** Takes over what is still to be done when the caller stops waiting. */
  readonly inBackground: (work: Promise<void>) => void;
}

/** How long a kernel is looked for whose launch has no answer; a command that is ending waits for it. */
const lateBound = 20_000;

/** A remote shell expands what it exports: seen, a backtick ran as a command. */
const safeValue = /^[A-Za-z0-9_.@/=+:-]*$/;

const launchEnvironment = (request: LaunchRequest): Record<string, string> => {
  const env: Record<string, string> = {
    KERNEL_ID: request.kernelId,
    KERNEL_USERNAME: request.user.replace(/[^A-Za-z0-9_.@-]/g, '_') || 'user',
    KERNEL_LAUNCH_TIMEOUT: String(request.launchTimeout),
    ...request.env,
  };
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('KERNEL_') || !safeValue.test(value) || value.length > 4096) {
      throw new CodedError('usage.invalid', {
        problem: `the launch variable ${name} has characters that a gateway can't take`,
      });
    }
  }
  return env;
};

/** Deletes a kernel until the gateway says that there is none; gives up after a minute. */
export const removeKernel = async (http: GatewayHttp, kernelId: string, log: Log): Promise<boolean> => {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await deleteKernel(http, kernelId);
      return true;
    } catch (error) {
      log.debug(`kernel ${kernelId} could not be removed yet: ${String(error)}`);
      if (isCoded(error, 'gateway.unreachable') && attempt >= 1) {
        return false;
      }
      await delay(500 * 2 ** attempt);
    }
  }
  return false;
};

/**
 * Starts a kernel and waits for the gateway's answer (the kernel itself may still be starting).
 *
 * When the signal aborts, the request goes on in the background and its kernel is deleted as soon as it is known: a request
 * that is cut off would still be carried out, unseen.
 * @throws CodedError `kernel.unknown`, `kernel.launchFailed`, `kernel.launchTimedOut`, `kernel.limit`, `kernel.userNotAuthorized`, `cancelled`
 */
export const launchKernel = async (http: GatewayHttp, request: LaunchRequest): Promise<KernelModel> => {
  const env = launchEnvironment(request);
  const bound = (request.launchTimeout + 20) * 1000;
  const posted = postKernel(http, request.name, env, bound);
  posted.catch(() => undefined);
  try {
    return await orCancelled(posted, request.signal);
  } catch (error) {
    if (mayHaveArrived(error)) {
      request.inBackground(sweepLaunch(http, posted, request, bound));
    }
    if (isCoded(error, 'gateway.timedOut')) {
      throw new CodedError(
        'kernel.launchTimedOut',
        { name: request.name, seconds: request.launchTimeout },
        { cause: error },
      );
    }
    throw error;
  }
};

/** The request never left: there was nobody to take it. */
const nobodyThere = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT/;

const mayHaveArrived = (error: unknown): boolean =>
  isCoded(error, 'cancelled') ||
  isCoded(error, 'gateway.timedOut') ||
  (isCoded(error, 'gateway.unreachable') && !nobodyThere.test(error.detail.cause));

/** Deletes a kernel that may come up yet: nobody knows whether the request for it is still being carried out. */
const removeLate = async (http: GatewayHttp, request: LaunchRequest): Promise<void> => {
  const deadline = Date.now() + Math.min(request.launchTimeout * 1000, lateBound);
  for (let attempt = 0, refused = 0; Date.now() < deadline && refused < 3; attempt++) {
    try {
      if (await deleteKernel(http, request.kernelId)) {
        return;
      }
    } catch (error) {
      refused += isCoded(error, 'gateway.unreachable') ? 1 : 0;
    }
    await delay(Math.min(250 * 2 ** attempt, 4_000));
  }
};

const sweepLaunch = async (
  http: GatewayHttp,
  posted: Promise<KernelModel>,
  request: LaunchRequest,
  bound: number,
): Promise<void> => {
  const model = await within(
    posted.catch(() => null),
    bound,
    null,
  );
  if (model === null) {
    await removeLate(http, request);
    return;
  }
  for (const id of new Set([model.id, request.kernelId])) {
    await removeKernel(http, id, request.log);
  }
};
