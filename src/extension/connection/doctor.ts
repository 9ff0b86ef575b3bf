// Doctor: what is wrong, and what to do, found by really trying.
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { registerCommand } from '../showError.ts';

type Check = { readonly name: string; readonly found: string; readonly good: boolean };

const examine = async (services: Services, signal: AbortSignal): Promise<readonly Check[]> => {
  const engine = await services.engine();
  try {
    const found = await engine.examine(await services.interpreter(), signal);
    return found.map((one) => {
      const { title, text, good } = engine.describeExamination(one);
      return { name: title, found: text, good };
    });
  } catch (error) {
    // The data folder or its registry could not be opened, or the user cancelled.
    return [{ name: vscode.l10n.t('Doctor'), found: engine.describeError(error).message, good: false }];
  }
};

/** Registers the command; its findings are shown as a document that can be copied into an issue. */
export const registerDoctor = (services: Services): vscode.Disposable =>
  registerCommand(services, 'codeInterpreter.doctor', async () => {
    const checks = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Code Interpreter: Doctor'),
        cancellable: true,
      },
      (_progress, cancelled) => {
        const controller = new AbortController();
        cancelled.onCancellationRequested(() => {
          controller.abort();
        });
        return examine(services, controller.signal);
      },
    );
    const lines = checks.map(({ name, found, good }) => `- ${good ? '✅' : '❌'} **${name}**: ${found}`);
    const content = [
      '# Doctor',
      '',
      `VS Code ${vscode.version}, Node ${process.versions.node}, ${process.platform}`,
      '',
      ...lines,
      '',
    ].join('\n');
    const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
    await vscode.window.showTextDocument(document, { preview: true });
    return checks;
  });
