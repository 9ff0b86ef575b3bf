// `vscode://code-interpreter.code-interpreter/files/<id>`: a link from anywhere that shows a kept file in the tree. It opens nothing:
// a link may come from anybody.
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { showError } from '../showError.ts';
import { targetOf } from '../uris.ts';

/** Registers the handler. `reveal` selects the file of an id in the tree. */
export const registerUriHandler = (services: Services, reveal: (id: string) => Promise<void>): vscode.Disposable =>
  vscode.window.registerUriHandler({
    handleUri: async (uri) => {
      const target = targetOf(uri);
      if (target?.kind !== 'file') {
        return;
      }
      try {
        const { registry, user } = await services.interpreter();
        await reveal(registry.getGeneratedFile(user, target.id).id);
      } catch (error) {
        await showError(services, error);
      }
    },
  });
