// The settings, read anew each time they are needed.
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { RunSettings } from '../core/run/request.ts';

const section = 'codeInterpreter';

const textSetting = (name: string): string => vscode.workspace.getConfiguration(section).get<string>(name, '').trim();

const present = <Name extends string>(name: Name, value: string): Partial<Record<Name, string>> =>
  value === '' ? {} : ({ [name]: value } as Record<Name, string>);

/** The address of the user's own gateway; empty for the embedded one. */
export const gatewayUrl = (): string => textSetting('gateway.url');

/** Where `<data>` is; empty for the platform's data folder. */
export const dataDir = (): string => textSetting('dataDir');

export const embeddedPythons = (): { readonly python?: string; readonly kernelPython?: string } => ({
  ...present('python', textSetting('embedded.python')),
  ...present('kernelPython', textSetting('kernelPython')),
});

/** What the local gateway's kernels do not see. */
export const hiding = (): { readonly hideHome: boolean; readonly hideNetwork: boolean } => {
  const configuration = vscode.workspace.getConfiguration(section);
  return {
    hideHome: configuration.get<boolean>('hideHome', true),
    hideNetwork: configuration.get<boolean>('hideNetwork', false),
  };
};

/** PEM text of the gateway's own certificate authority. */
export const certificateAuthority = (): string | undefined => {
  const path = textSetting('gateway.certificateAuthority');
  return path === '' ? undefined : readFileSync(path, 'utf8');
};

/** Headers for the user's own gateway, as they stand in the setting. */
export const gatewayHeaders = (): unknown =>
  vscode.workspace.getConfiguration(section).get<unknown>('gateway.headers', {});

export const codeLensEnabled = (): boolean =>
  vscode.workspace.getConfiguration(section).get<boolean>('codeLens.enabled', true);

/** How long deleted files can be restored. */
export const trashDays = (): number => vscode.workspace.getConfiguration(section).get<number>('trash.days', 30);

/** What core asks for before each run. */
export const runSettings = (): Partial<RunSettings> => {
  const configuration = vscode.workspace.getConfiguration(section);
  const kernelDataDir = textSetting('kernelDataDir');
  const kernelName = textSetting('kernel.name');
  const types = configuration.get<string[]>('trackedTypes', []);
  return {
    ownerLabel: `VS Code (process ${process.pid})`,
    resumable: true,
    timeoutSeconds: configuration.get<number>('timeoutSeconds', 60),
    initCode: configuration.get<string>('initCode', ''),
    grounding: configuration.get<RunSettings['grounding']>('grounding', 'auto'),
    kernelScope: configuration.get<RunSettings['kernelScope']>('kernel.scope', 'message'),
    reach: configuration.get<RunSettings['reach']>('reach', 'auto'),
    transfer: {
      fileBytes: configuration.get<number>('transfer.fileMegabytes', 500) * 1e6,
      files: configuration.get<number>('transfer.files', 10_000),
      totalBytes: configuration.get<number>('transfer.megabytes', 2000) * 1e6,
    },
    keepKernelFolder: configuration.get<boolean>('transfer.keepKernelFolder', false),
    trackedTypes: types.length === 0 ? null : types,
    ...(kernelDataDir !== '' && { kernelDataDir }),
    ...(kernelName !== '' && { kernelName }),
  };
};
