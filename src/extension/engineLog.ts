// The log as the engine writes to it, until the very end.
import type { LogOutputChannel } from 'vscode';
import type { Log } from '../core/log.ts';

/**
 * A channel throws once it is disposed, and VS Code disposes of it while `deactivate` still works: what comes then goes nowhere.
 * (`_deactivate` in https://github.com/microsoft/vscode/blob/main/src/vs/workbench/api/common/extHostExtensionService.ts)
 */
export const engineLog = (channel: LogOutputChannel): Log => {
  const writer =
    (level: keyof Log) =>
    (text: string): void => {
      try {
        channel[level](text);
      } catch {
        // Nobody reads it any more.
      }
    };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
};
