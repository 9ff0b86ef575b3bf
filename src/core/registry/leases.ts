// Who uses a message's kernel: one row for each, which outlives its process so that the next one can remove the kernel.
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { Workspace } from '../workspace/messageKey.ts';
import { outsideText, integerColumn, optionalText, textColumn } from './columns.ts';
import { livenessOf, type ProcessIdentity } from './processIdentity.ts';
import type { Database } from './sqlite.ts';

/** A kernel that belongs to a message and to a process. */
export interface Lease {
  readonly workspace: Pick<Workspace, 'id' | 'key' | 'folder'>;
  readonly kernelId: string;
  /** Base URL of the gateway that has the kernel. */
  readonly connection: string;
  /** The owner's own words for itself. */
  readonly owner: string;
  readonly process: ProcessIdentity;
  /** Epoch milliseconds. */
  readonly heartbeatAt: number;
  /** Tells this lease from an earlier or later one of the same message. */
  readonly token: string;
  /** Its owner keeps the kernel for its own next run: another one may take it. */
  readonly isIdle: boolean;
  /** It holds every message of the chat. */
  readonly isWholeChat: boolean;
}

export type LeaseOutcome =
  /**
   * `replaced`: the expired lease that was in its place (or this registry's own earlier one); its kernel may still be there.
   * `taken`: an idle one of another owner; where it fits the request the new lease names its kernel.
   */
  | {
      readonly kind: 'acquired';
      readonly lease: Lease;
      readonly replaced: Lease | undefined;
      readonly taken: Lease | undefined;
    }
  | { readonly kind: 'held'; readonly owner: string; readonly lease: Lease };

export interface LeaseRequest {
  readonly kernelId: string;
  readonly connection: string;
  readonly owner: string;
  /** The kernel serves every message of the chat: none of them is free for others. */
  readonly wholeChat?: boolean;
  /** Takes an idle one from its owner, with its kernel. */
  readonly takeIdle?: boolean;
}

export interface Leases {
  /**
   * Takes the message's (or its whole chat's) lease if it is free, expired, or this registry's own. Of several processes one gets it.
   * A lease is expired when its process is known not to live any more, or when its heartbeat is older than {@link leaseLifetime}.
   */
  acquireLease(workspace: Workspace, request: LeaseRequest): LeaseOutcome;
  /** The lease that the message is held by: its own, or its chat's. */
  findLease(workspace: Workspace): Lease | undefined;
  /** The kernel's id where the gateway chose another one. False when the lease was lost. */
  setLeaseKernel(lease: Lease, kernelId: string): boolean;
  /** To be called every 10 s. False when the lease was lost: another process has the message. */
  heartbeat(lease: Lease): boolean;
  /** Before each use: nobody takes it from now on. False when the lease was lost. */
  claimLease(lease: Lease): boolean;
  /** After it: others may take it. Nothing when the lease was lost. */
  idleLease(lease: Lease): void;
  /** Its program ends and its run goes on: the lease is expired from now on. Nothing when the lease was lost. */
  abandonLease(lease: Lease): void;
  /** Whether any lease names this kernel. */
  isLeased(kernelId: string): boolean;
  /** Nothing when the lease was lost. */
  releaseLease(lease: Lease): void;
  expiredLeases(): Lease[];
  /** Removes an expired lease once its kernel is gone; false when it is not the same or not expired any more. */
  removeLease(lease: Lease): boolean;
}

/** Milliseconds without a heartbeat. */
export const leaseLifetime = 30_000;

interface LeaseRow extends Lease {
  /** Which registry has it. */
  readonly holder: string;
  /** {@link uptime} at the last heartbeat. */
  readonly heartbeatUptime: number;
}

const leaseRow = v.pipe(
  v.object({
    message: integerColumn,
    owner: outsideText,
    chat_id: outsideText,
    message_id: outsideText,
    folder: textColumn,
    kernel_id: textColumn,
    connection: textColumn,
    label: textColumn,
    token: textColumn,
    holder: textColumn,
    host: textColumn,
    pid: integerColumn,
    process_start: optionalText,
    heartbeat_at: integerColumn,
    heartbeat_uptime: integerColumn,
    idle: integerColumn,
    whole_chat: integerColumn,
  }),
  v.transform((row): LeaseRow => ({
    workspace: {
      id: row.message,
      key: { user: row.owner, chatId: row.chat_id, messageId: row.message_id },
      folder: row.folder,
    },
    kernelId: row.kernel_id,
    connection: row.connection,
    owner: row.label,
    process: { host: row.host, pid: row.pid, start: row.process_start },
    heartbeatAt: row.heartbeat_at,
    token: row.token,
    holder: row.holder,
    heartbeatUptime: row.heartbeat_uptime,
    isIdle: row.idle !== 0,
    isWholeChat: row.whole_chat !== 0,
  })),
);

const SELECT_LEASE = `
  SELECT l.message, m.owner, c.chat_id, m.message_id, m.folder, l.kernel_id, l.connection, l.label, l.token, l.holder, l.host,
    l.pid, l.process_start, l.heartbeat_at, l.heartbeat_uptime, l.idle, l.chat IS NOT NULL AS whole_chat
  FROM lease l JOIN message m ON m.id = l.message JOIN chat c ON c.id = m.chat`;

/** Milliseconds that this machine has been awake, the same for all its processes: libuv's uv_hrtime counts no sleep on Linux. */
const uptime = (): number => Math.round(Number(process.hrtime.bigint() / 1_000_000n));

const wallAge = (lease: LeaseRow): number => Math.abs(Date.now() - lease.heartbeatAt);

/**
 * For a process that lives on this machine: a machine that wakes up, or a clock that is set, must not make the leases of its
 * own processes look expired before they can renew them.
 */
const uptimeAge = (lease: LeaseRow): number => Math.abs(uptime() - lease.heartbeatUptime);

/** @param observer - this process */
export const createLeases = (database: Database, observer: ProcessIdentity): Leases => {
  // Two registries of one process are two holders: one must not take the other's kernel.
  const holder = randomUUID();

  const find = (message: number): LeaseRow | undefined =>
    database.get(leaseRow, `${SELECT_LEASE} WHERE l.message = $message`, { message });

  /** Every lease that stands against one of this message, or of its whole chat. */
  const rivals = (message: number, wholeChat: boolean): LeaseRow[] =>
    database.all(
      leaseRow,
      `${SELECT_LEASE}
       WHERE l.message = $message OR l.chat = (SELECT chat FROM message WHERE id = $message)
         ${wholeChat ? 'OR m.chat = (SELECT chat FROM message WHERE id = $message)' : ''}
       ORDER BY l.message = $message DESC`,
      { message },
    );

  const isExpired = (lease: LeaseRow): boolean => {
    switch (livenessOf(lease.process, observer)) {
      case 'dead':
        return true;
      case 'alive':
        return Math.min(wallAge(lease), uptimeAge(lease)) > leaseLifetime;
      case 'unknown':
        return wallAge(lease) > leaseLifetime;
    }
  };

  return {
    acquireLease: (workspace, { kernelId, connection, owner, wholeChat = false, takeIdle = false }) =>
      database.write((): LeaseOutcome => {
        const standing = rivals(workspace.id, wholeChat).filter(
          (lease) => lease.holder !== holder && !isExpired(lease),
        );
        const rival = standing.find((lease) => !takeIdle || !lease.isIdle);
        if (rival) {
          return { kind: 'held', owner: rival.owner, lease: rival };
        }
        for (const { token } of standing) {
          database.run('DELETE FROM lease WHERE token = $token', { token });
        }
        const fitting = standing.find((lease) => lease.connection === connection && lease.isWholeChat === wholeChat);
        const current = find(workspace.id);
        const now = Date.now();
        database.run(
          `INSERT OR REPLACE INTO lease
             (message, kernel_id, connection, label, token, holder, host, pid, process_start, acquired_at, heartbeat_at, heartbeat_uptime, chat)
           VALUES ($message, $kernel, $connection, $label, $token, $holder, $host, $pid, $start, $now, $now, $uptime,
             CASE WHEN $wholeChat THEN (SELECT chat FROM message WHERE id = $message) END)`,
          {
            message: workspace.id,
            kernel: fitting?.kernelId ?? kernelId,
            connection,
            label: owner,
            token: randomUUID(),
            holder,
            host: observer.host,
            pid: observer.pid,
            start: observer.start,
            now,
            uptime: uptime(),
            wholeChat: wholeChat ? 1 : 0,
          },
        );
        const lease = find(workspace.id);
        if (!lease) {
          throw new RangeError('the new lease is not there');
        }
        return { kind: 'acquired', lease, replaced: current, taken: fitting };
      }),
    findLease: ({ id }) => rivals(id, false)[0],
    setLeaseKernel: ({ token }, kernelId) =>
      database.write(
        () =>
          database.run('UPDATE lease SET kernel_id = $kernel WHERE token = $token', { token, kernel: kernelId })
            .changes,
      ) > 0,
    heartbeat: ({ token }) =>
      database.write(() =>
        database.run('UPDATE lease SET heartbeat_at = $now, heartbeat_uptime = $uptime WHERE token = $token', {
          token,
          now: Date.now(),
          uptime: uptime(),
        }),
      ).changes > 0,
    claimLease: ({ token }) =>
      database.write(() => database.run('UPDATE lease SET idle = 0 WHERE token = $token', { token }).changes) > 0,
    idleLease: ({ token }) => {
      database.write(() => database.run('UPDATE lease SET idle = 1 WHERE token = $token', { token }));
    },
    abandonLease: ({ token }) => {
      database.write(() =>
        database.run('UPDATE lease SET heartbeat_at = 0, heartbeat_uptime = $uptime WHERE token = $token', {
          token,
          uptime: uptime() - 2 * leaseLifetime,
        }),
      );
    },
    isLeased: (kernelId) =>
      database.get(v.object({ found: integerColumn }), 'SELECT 1 AS found FROM lease WHERE kernel_id = $kernel', {
        kernel: kernelId,
      }) !== undefined,
    releaseLease: ({ token }) => {
      database.write(() => database.run('DELETE FROM lease WHERE token = $token', { token }));
    },
    expiredLeases: () => database.all(leaseRow, `${SELECT_LEASE} ORDER BY l.message`).filter(isExpired),
    removeLease: ({ token, workspace }) =>
      database.write(() => {
        const current = find(workspace.id);
        if (current?.token !== token || !isExpired(current)) {
          return false;
        }
        return database.run('DELETE FROM lease WHERE token = $token', { token }).changes > 0;
      }),
  };
};
