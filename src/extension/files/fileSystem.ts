// The `code-interpreter:` scheme as a read-only file system: kept files under their own names, and run records.
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { RunRecords } from '../runs/runRecords.ts';
import type { Services } from '../services.ts';
import { scheme, targetOf } from '../uris.ts';
import { watchOpenFiles } from './openFiles.ts';

const readOnly = (): never => {
  throw vscode.FileSystemError.NoPermissions('read-only');
};

/** Registers the scheme. */
export const registerFileSystem = (services: Services, records: RunRecords): vscode.Disposable => {
  const emitter = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const versions = new Map<string, number>();
  const listener = records.onDidChange((uri) => {
    versions.set(uri.toString(), Date.now());
    emitter.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  });

  const contentOf = async (uri: vscode.Uri): Promise<Uint8Array> => {
    const target = targetOf(uri);
    if (target?.kind === 'record') {
      return Buffer.from(await records.read(target.key));
    }
    if (target?.kind !== 'file') {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    const interpreter = await services.interpreter();
    const { isCoded } = await services.engine();
    try {
      return await readFile(interpreter.registry.openContent(interpreter.user, target.id).path);
    } catch (error) {
      throw isCoded(error) ? vscode.FileSystemError.FileNotFound(uri) : error;
    }
  };

  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: emitter.event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: async (uri) => {
      const target = targetOf(uri);
      if (target?.kind === 'file') {
        const interpreter = await services.interpreter();
        const { isCoded } = await services.engine();
        try {
          const { size, created_at } = interpreter.registry.getGeneratedFile(interpreter.user, target.id);
          const time = Date.parse(created_at);
          return {
            type: vscode.FileType.File,
            ctime: time,
            mtime: time,
            size,
            permissions: vscode.FilePermission.Readonly,
          };
        } catch (error) {
          throw isCoded(error) ? vscode.FileSystemError.FileNotFound(uri) : error;
        }
      }
      if (target?.kind === 'record') {
        const mtime = versions.get(uri.toString()) ?? 0;
        const { length: size } = await records.read(target.key);
        return { type: vscode.FileType.File, ctime: 0, mtime, size, permissions: vscode.FilePermission.Readonly };
      }
      throw vscode.FileSystemError.FileNotFound(uri);
    },
    readFile: contentOf,
    readDirectory: () => [],
    createDirectory: readOnly,
    writeFile: readOnly,
    delete: readOnly,
    rename: readOnly,
  };
  const isReadonly = new vscode.MarkdownString(
    vscode.l10n.t('Kept by Code Interpreter: save it elsewhere to change it.'),
  );
  return vscode.Disposable.from(
    listener,
    watchOpenFiles(services, (changes) => {
      emitter.fire(changes);
    }),
    emitter,
    vscode.workspace.registerFileSystemProvider(scheme, provider, { isReadonly, isCaseSensitive: true }),
  );
};
