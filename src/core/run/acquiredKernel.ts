// What the kernels of this process are for others: asked for, used, given back.
import type { KernelSpec } from '../gateway/kernelApi.ts';
import type { Lease } from '../registry/registry.ts';
import type { Workspace } from '../workspace/messageKey.ts';
import type { ConnectedGateway } from './gatewayAccess.ts';
import type { MessageKernel } from './messageKernel.ts';

export interface AcquiredKernel {
  readonly kernel: MessageKernel;
  /** False when the kernel was kept from an earlier run. */
  readonly fresh: boolean;
  /** It took the place of an earlier one of the message, whose variables are gone. */
  readonly replaced: boolean;
  /** Gives it back for the message's next run; a lost or retired one is removed. */
  release(): void;
  /** This run is its last one. */
  retire(): void;
  isRetired(): boolean;
  /** Deletes it on the gateway. */
  remove(): Promise<void>;
  /** This program ends and its run goes on: the next one may take the kernel at once. */
  leave(): void;
}

/** The kernel of a run that another program had begun. */
export interface HeldKernel extends AcquiredKernel {
  /** The same kernel, about which more is known. */
  update(kernel: MessageKernel): void;
}

export interface KernelWish {
  /** Kernelspec; the gateway's default for Python where it is `null`. */
  readonly kernelName: string | null;
  readonly signal?: AbortSignal | undefined;
  /** Told once when another program uses the message, and the wait for it begins. */
  readonly onWaiting?: (owner: string) => void;
}

export interface Kernels {
  /** @throws CodedError of the `kernel.` group, `message.inUse`, `cancelled` */
  acquire(gateway: ConnectedGateway, workspace: Workspace, wish: KernelWish): Promise<AcquiredKernel>;
  /** Takes over a kernel in mid-run, with its lease. */
  hold(kernel: MessageKernel, lease: Lease): HeldKernel;
  /** The kernel that a message has and nobody uses; nothing is started. */
  borrow(workspace: Workspace): Pick<AcquiredKernel, 'kernel' | 'release'> | undefined;
  /** Releases the kernel of a message that nobody uses; false when it runs. */
  releaseIdle(workspace: Workspace): Promise<boolean>;
  /** The kernel that this process has for the message, at work or not. */
  current(workspace: Workspace): Pick<KernelSpec, 'name' | 'language'> | undefined;
  /** Deletes all kernels and waits, bounded, until the gateway has none of them. */
  dispose(): Promise<void>;
}
