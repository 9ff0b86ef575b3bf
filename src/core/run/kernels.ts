// The kernels of this process: one for each message (or chat, or run) while it is in use, kept for its next run, released when idle.
import { randomUUID } from 'node:crypto';
import { orCancelled, within } from '../async.ts';
import { CodedError } from '../errors.ts';
import { leaseAddress } from '../gateway/connection.ts';
import { getKernel } from '../gateway/kernelApi.ts';
import { removeKernel } from '../gateway/launch.ts';
import type { Log } from '../log.ts';
import type { Lease, Registry } from '../registry/registry.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { AcquiredKernel, Kernels, KernelWish } from './acquiredKernel.ts';
import { adoptKernel } from './adoptKernel.ts';
import type { ConnectedGateway } from './gatewayAccess.ts';
import { boundedRemoval } from './channel/channel.ts';
import { removeKernelHome } from './channel/kernelHome.ts';
import { sweepFolders } from './channel/sweepFolders.ts';
import { chooseKernelSpec } from './kernelChoice.ts';
import { kernelKey, type KernelScope } from './kernelScope.ts';
import { moveKernel, startMessageKernel, type FolderNotes, type MessageKernel } from './messageKernel.ts';
import type { RunSettings } from './request.ts';
import { waitForLease } from './waitForLease.ts';

export type { AcquiredKernel, HeldKernel, Kernels } from './acquiredKernel.ts';

interface Held {
  /** As it stands for the message that it serves now. */
  kernel: MessageKernel;
  readonly scope: KernelScope;
  readonly key: string;
  readonly lease: Lease;
  inUse: boolean;
  /** Not for another run: it is not what was set up any more. */
  retired: boolean;
  usedAt: number;
  /** To the next program, with its run. */
  left: boolean;
  /** Whether the gateway has it no more, once that was asked for. */
  removal: Promise<boolean> | undefined;
}

const heartbeatInterval = 10_000;
/** A kept kernel is asked about before its next run when it was unused for longer than this. */
const trustedSilence = 15_000;
const disposeBound = 30_000;

/**
 * A mount is made once, when a kernel starts: for one that serves several messages paths are translated.
 * @throws CodedError `kernel.groundingUnavailable`
 */
const settingsFor = (scope: KernelScope, settings: RunSettings): RunSettings => {
  if (scope !== 'chat') {
    return settings;
  }
  if (settings.grounding === 'mounted') {
    const reason = 'one kernel serves all messages of the chat, and a mount is for one folder';
    throw new CodedError('kernel.groundingUnavailable', { wanted: 'mounted', found: 'translated', reason });
  }
  return settings.grounding === 'untranslated' ? settings : { ...settings, grounding: 'translated' };
};

/**
 * @param recoverMessage - see to what an ended process left of a message, before its kernel is replaced
 * @param keepLate - keeps what the kernel wrote until its end
 */
export const createKernels = (
  registry: Registry,
  settings: () => RunSettings,
  recoverMessage: (workspace: Workspace, onWaiting?: (owner: string) => void) => Promise<void>,
  keepLate: (workspace: Workspace) => Promise<void>,
  log: Log,
): Kernels => {
  /** By {@link kernelKey}. */
  const held = new Map<string, Held>();
  const background = new Set<Promise<void>>();
  /** Keys of those that had a kernel which is no more: their next run is told so. */
  const bereft = new Set<string>();
  /** Ids of kernels that this process takes away just now: each takes its folder with it first. */
  const leaving = new Set<string>();

  const inBackground = (work: Promise<void>): void => {
    const watched = work
      .catch((error: unknown) => {
        log.warn(`work in the background failed: ${String(error)}`);
      })
      .finally(() => background.delete(watched));
    background.add(watched);
  };

  /** A kernel's own folder goes with it; one that is in use, or was lost, is looked after where its run ends. */
  const leaveNothing = async (entry: Held): Promise<void> => {
    const { channel } = entry.kernel;
    if (channel?.release !== undefined) {
      // Its carrier lives on until the run's files are here.
      if (!entry.inUse) {
        await clearChannel(entry);
      }
    } else if (entry.inUse || entry.retired || entry.kernel.session.isLost) {
      entry.kernel.channel?.dispose();
    } else {
      await clearChannel(entry);
    }
  };

  const clearChannel = async ({ kernel: { channel } }: Held): Promise<void> => {
    if (channel === null) {
      return;
    }
    const { content: mark } = channel.owner;
    if (channel.carrier.isLost) {
      // What was to be done there was done past it.
    } else if (settings().keepKernelFolder) {
      registry.forgetKernelFolder(mark);
    } else {
      await boundedRemoval(
        removeKernelHome(channel.carrier, channel.folder, log).then((removed) => {
          if (removed) {
            registry.forgetKernelFolder(mark);
          }
        }),
      );
    }
    channel.dispose();
    await channel.release?.();
  };

  /** Another window has taken the message: its kernel is let go there, and removed where nobody has it now. */
  const letGo = async (entry: Held): Promise<void> => {
    held.delete(entry.key);
    const { session, channel, gateway } = entry.kernel;
    if (channel?.release) {
      await clearChannel(entry);
    }
    channel?.dispose();
    session.dispose();
    if (!registry.isLeased(session.kernelId)) {
      await removeKernel(gateway.http, session.kernelId, log);
    }
  };

  /** The lease goes last: while a run is being collected, or its kernel may still be there, the message has an owner. */
  const remove = async (entry: Held): Promise<void> => {
    if (!entry.inUse && entry.removal === undefined && !registry.claimLease(entry.lease)) {
      await letGo(entry);
      return;
    }
    if (held.get(entry.key) === entry) {
      held.delete(entry.key);
      if (entry.scope !== 'run') {
        bereft.add(entry.key);
      }
    }
    const { kernelId } = entry.kernel.session;
    leaving.add(kernelId);
    try {
      await leaveNothing(entry);
      entry.kernel.session.dispose();
      entry.removal ??= removeKernel(entry.kernel.gateway.http, kernelId, log);
      if ((await entry.removal) && !entry.inUse) {
        if (entry.kernel.channel === null) {
          await keepLate(entry.kernel.workspace);
        }
        registry.releaseLease(entry.lease);
      }
    } finally {
      leaving.delete(kernelId);
    }
  };

  const tend = (): void => {
    const now = Date.now();
    for (const entry of held.values()) {
      if (!registry.heartbeat(entry.lease) && !entry.inUse) {
        inBackground(letGo(entry));
      } else if (!entry.inUse && now - entry.usedAt > settings().idleSeconds * 1000) {
        inBackground(remove(entry));
      }
    }
  };
  const timer = setInterval(tend, heartbeatInterval);
  timer.unref();

  const makeRoom = (): void => {
    const idle = [...held.values()].filter((entry) => !entry.inUse).sort((a, b) => a.usedAt - b.usedAt);
    const excess = held.size + 1 - settings().maximumKernels;
    for (const entry of idle.slice(0, Math.max(0, excess))) {
      inBackground(remove(entry));
    }
  };

  const isAlive = async (entry: Held): Promise<boolean> => {
    if (entry.kernel.session.isLost || entry.kernel.channel?.carrier.isLost === true) {
      return false;
    }
    if (Date.now() - entry.usedAt < trustedSilence) {
      return true;
    }
    try {
      return (await getKernel(entry.kernel.gateway.http, entry.kernel.session.kernelId)) !== null;
    } catch {
      return false;
    }
  };

  /** After a change of the scope: what this process holds of the message under another one goes first. */
  const dropOthers = async (scope: KernelScope, key: string, workspace: Workspace): Promise<void> => {
    const { user, chatId } = workspace.key;
    for (const entry of [...held.values()]) {
      const other = entry.lease.workspace;
      const sameChat = other.key.user === user && other.key.chatId === chatId;
      const overlaps = other.id === workspace.id || (sameChat && (scope === 'chat' || entry.scope === 'chat'));
      if (overlaps && (entry.key !== key || entry.scope !== scope)) {
        if (entry.inUse) {
          throw new CodedError('message.inUse', { ...entry.kernel.workspace.key, owner: settings().ownerLabel });
        }
        await remove(entry);
      }
    }
  };

  /** The kernel of a run that this process has just gone on with. */
  const restingEntry = async (key: string): Promise<Held | undefined> => {
    const entry = held.get(key);
    if (entry === undefined || (!entry.retired && !entry.kernel.session.isLost && registry.claimLease(entry.lease))) {
      return entry;
    }
    await remove(entry);
    return undefined;
  };

  const newEntry = (kernel: MessageKernel, lease: Lease, scope: KernelScope): Held => {
    const entry: Held = {
      kernel,
      scope,
      key: kernelKey(scope, kernel.workspace),
      lease,
      inUse: true,
      retired: false,
      usedAt: Date.now(),
      left: false,
      removal: undefined,
    };
    held.set(entry.key, entry);
    return entry;
  };

  const start = async (
    gateway: ConnectedGateway,
    workspace: Workspace,
    scope: KernelScope,
    { kernelName, signal, onWaiting }: KernelWish,
  ): Promise<{ readonly entry: Held; readonly fresh: boolean }> => {
    const spec = chooseKernelSpec(gateway.server, kernelName);
    const kernelId = randomUUID();
    // The lease names the kernel before it is asked for: whoever finds the lease expired can remove it.
    const outcome = await waitForLease(
      async () => {
        await orCancelled(recoverMessage(workspace, onWaiting), signal);
        const entry = await restingEntry(kernelKey(scope, workspace));
        if (entry) {
          return { kind: 'here', entry } as const;
        }
        return registry.acquireLease(workspace, {
          kernelId,
          connection: leaseAddress(gateway.http.connection),
          owner: settings().ownerLabel,
          wholeChat: scope === 'chat',
          takeIdle: true,
        });
      },
      { seconds: settings().waitSeconds, signal, onWaiting },
    );
    if (outcome.kind === 'here') {
      return { entry: outcome.entry, fresh: false };
    }
    const { lease, replaced, taken } = outcome;
    if (replaced?.connection === lease.connection && !leaving.has(replaced.kernelId)) {
      inBackground(removeKernel(gateway.http, replaced.kernelId, log).then(() => undefined));
    }
    makeRoom();
    const hold = (kernel: MessageKernel): Held => {
      const entry = newEntry(kernel, lease, scope);
      return entry;
    };
    const dropTaken = (): void => {
      if (taken !== undefined && held.get(kernelKey(scope, workspace))?.kernel.session.kernelId !== taken.kernelId) {
        inBackground(removeKernel(gateway.http, taken.kernelId, log).then(() => undefined));
      }
    };
    try {
      if (taken !== undefined) {
        const common = {
          gateway,
          workspace,
          settings: settingsFor(scope, settings()),
          log,
          signal,
          folders: notesOf(lease),
          inBackground,
        };
        const kernel = scope === 'run' ? undefined : await adoptKernel(registry, taken.kernelId, kernelName, common);
        if (kernel !== undefined) {
          return { entry: hold(kernel), fresh: false };
        }
        registry.setLeaseKernel(lease, kernelId);
        dropTaken();
      }
      const kernel = await startMessageKernel({
        gateway,
        workspace,
        kernelName: spec.name,
        language: spec.language,
        kernelId,
        settings: settingsFor(scope, settings()),
        log,
        signal,
        inBackground,
        onLaunched: (id) => {
          registry.setLeaseKernel(lease, id);
        },
        folders: notesOf(lease),
      });
      const entry = hold(kernel);
      if (kernel.channel !== null) {
        await sweepFolders(registry, { ...kernel, session: kernel.channel.carrier }, lease.connection, log);
      }
      return { entry, fresh: true };
    } catch (error) {
      dropTaken();
      // The lease stays until the kernel that may still come up is gone.
      inBackground(
        Promise.allSettled([...background]).then(() => {
          registry.releaseLease(lease);
        }),
      );
      throw error;
    }
  };

  /** Before the folder is made: whoever finds its kernel without an owner can fetch from it, or take it away. */
  const notesOf = ({ connection }: Lease): FolderNotes => ({
    note: ({ kernelId, kernelName }, workspace, mark, folder) => {
      registry.noteKernelFolder(workspace, { mark, folder, kernelId, kernelName, connection });
    },
    forget: (mark) => {
      registry.forgetKernelFolder(mark);
    },
  });

  /** The kernel of a chat is in the folder of the message that it serves. */
  const serve = async (entry: Held, workspace: Workspace, signal: AbortSignal | undefined): Promise<void> => {
    entry.inUse = true;
    if (entry.kernel.workspace.id === workspace.id) {
      return;
    }
    try {
      // What the earlier message had there was fetched when its run ended.
      await clearChannel(entry);
      entry.kernel = await moveKernel(entry.kernel, {
        workspace,
        settings: settingsFor(entry.scope, settings()),
        log,
        signal,
        folders: notesOf(entry.lease),
        inBackground,
      });
    } catch (error) {
      entry.inUse = false;
      inBackground(remove(entry));
      throw error;
    }
  };

  const heldFor = (workspace: Workspace): Held[] => {
    const { user, chatId } = workspace.key;
    return [...held.values()].filter(({ scope, lease }) => {
      const { id, key } = lease.workspace;
      return id === workspace.id || (scope === 'chat' && key.user === user && key.chatId === chatId);
    });
  };

  /** Other windows may take it now. */
  const rest = ({ lease }: Held): void => {
    try {
      registry.idleLease(lease);
    } catch (error) {
      // It stays this window's until it is released.
      log.warn(`a kernel could not be given free: ${String(error)}`);
    }
  };

  const asAcquired = (entry: Held): AcquiredKernel => ({
    kernel: entry.kernel,
    fresh: false,
    replaced: false,
    release: () => {
      if (entry.left) {
        return;
      }
      entry.inUse = false;
      entry.usedAt = Date.now();
      if (entry.kernel.session.isLost || entry.retired || entry.scope === 'run' || entry.removal !== undefined) {
        // Not waited for: a gateway that does not answer would hold up the end of the run.
        inBackground(remove(entry));
      } else {
        rest(entry);
      }
    },
    retire: () => {
      entry.retired = true;
    },
    isRetired: () => entry.retired,
    remove: () => remove(entry),
    leave: () => {
      entry.left = true;
      held.delete(entry.key);
      entry.kernel.channel?.dispose();
      entry.kernel.session.dispose();
      registry.abandonLease(entry.lease);
    },
  });

  return {
    acquire: async (gateway, workspace, wish) => {
      const { kernelName, signal } = wish;
      const scope = settings().kernelScope;
      const key = kernelKey(scope, workspace);
      await dropOthers(scope, key, workspace);
      let entry = held.get(key);
      if (entry !== undefined && !registry.claimLease(entry.lease)) {
        await letGo(entry);
        entry = undefined;
      }
      const wanted = kernelName === null ? undefined : chooseKernelSpec(gateway.server, kernelName).name;
      const fits =
        entry !== undefined &&
        !entry.retired &&
        entry.scope !== 'run' &&
        (wanted === undefined || entry.kernel.kernelName === wanted);
      let fresh = false;
      if (entry === undefined || !fits || !(await isAlive(entry))) {
        if (entry !== undefined) {
          await remove(entry);
        }
        ({ entry, fresh } = await start(gateway, workspace, scope, wish));
      }
      await serve(entry, workspace, signal);
      return { ...asAcquired(entry), fresh, replaced: fresh && bereft.delete(key) };
    },
    hold: (kernel, lease) => {
      const scope = lease.isWholeChat ? 'chat' : 'message';
      const entry = newEntry(kernel, lease, scope);
      return {
        ...asAcquired(entry),
        // Spread takes a getter's value.
        get kernel() {
          return entry.kernel;
        },
        update: (known) => {
          entry.kernel = known;
        },
      };
    },
    borrow: (workspace) => {
      const entry = [...held.values()].find(({ kernel }) => kernel.workspace.id === workspace.id);
      if (entry === undefined || entry.inUse || entry.kernel.session.isLost || !registry.claimLease(entry.lease)) {
        return undefined;
      }
      entry.inUse = true;
      return {
        kernel: entry.kernel,
        release: () => {
          entry.inUse = false;
          entry.usedAt = Date.now();
          rest(entry);
        },
      };
    },
    releaseIdle: async (workspace) => {
      for (const entry of heldFor(workspace)) {
        if (entry.inUse) {
          return false;
        }
        await remove(entry);
      }
      return true;
    },
    current: (workspace) => {
      const kernel = heldFor(workspace)[0]?.kernel;
      return kernel && { name: kernel.kernelName, language: kernel.language };
    },
    dispose: async () => {
      clearInterval(timer);
      await within(Promise.allSettled([...held.values()].map(remove)), disposeBound, undefined);
      await within(Promise.allSettled([...background]), disposeBound, undefined);
    },
  };
};
