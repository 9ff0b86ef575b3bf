// What is known of the running gateway of a data folder, for every process that uses it.
import { readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { DataFolder } from '../../dataFolder.ts';

const stateSchema = v.object({
  process: v.object({ host: v.string(), pid: v.number(), start: v.nullable(v.string()) }),
  kind: v.picklist(['enterprise-gateway', 'kernel-gateway']),
  baseUrl: v.string(),
  token: v.string(),
  pythonVersion: v.string(),
  logFile: v.string(),
  gatewayPython: v.string(),
  kernelPython: v.string(),
  /** Outside of its environment, where it imports from. */
  kernelFolders: v.optional(v.array(v.string()), []),
  /** The user's own Python that was asked for, when one was. */
  askedKernelPython: v.nullable(v.string()),
  /** Why `/mnt/data` can't be mounted here; `null` where it can. */
  mountFailure: v.nullable(v.string()),
  /** Whether it can speak to its kernels over socket files; one of an older version can't. */
  socketFiles: v.optional(v.boolean(), false),
});

export type GatewayState = Readonly<v.InferOutput<typeof stateSchema>>;

const statePath = (data: DataFolder): string => join(data.gateway, 'state.json');

/** The last state written, whether or not that gateway still runs; `null` for none or one of another version. */
export const readState = (data: DataFolder): GatewayState | null => {
  try {
    const parsed = v.safeParse(stateSchema, JSON.parse(readFileSync(statePath(data), 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
};

/** Private to the user: it holds the token. */
export const writeState = (data: DataFolder, state: GatewayState): void => {
  const staged = `${statePath(data)}.part`;
  writeFileSync(staged, JSON.stringify(state), { mode: 0o600 });
  renameSync(staged, statePath(data));
};

export const removeState = (data: DataFolder): void => {
  rmSync(statePath(data), { force: true });
};
