// Doctor: what is wrong, and what to do, found by really trying.
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { registerCommand } from '../showError.ts';

type Check = { readonly name: string; readonly found: string; readonly good: boolean };

const attempt = async (services: Services, name: string, work: () => Promise<string>): Promise<Check> => {
  try {
    return { name, found: await work(), good: true };
  } catch (error) {
    const { describeError } = await services.engine();
    return { name, found: describeError(error).message, good: false };
  }
};

const examine = async (services: Services, signal: AbortSignal): Promise<readonly Check[]> => {
  const registry = await attempt(services, 'Registry', async () => {
    const { data } = await services.interpreter();
    return data.root;
  });
  const gateway = await attempt(services, 'Gateway', async () => {
    const { gateways } = await services.interpreter();
    const { server, http } = await gateways.connected({ signal, onProgress: () => undefined });
    const names = server.kernelSpecs.specs.map(({ name }) => name).join(', ');
    return `${server.kind} ${server.version} at ${http.connection.baseUrl}; kernels: ${names}`;
  });
  if (!registry.good || !gateway.good) {
    return [registry, gateway];
  }
  const run = await attempt(services, 'A run', async () => {
    const interpreter = await services.interpreter();
    const key = interpreter.key('doctor', 'doctor');
    const code = "open('/mnt/data/doctor.txt', 'w').write('well')\nprint(open('/mnt/data/doctor.txt').read())";
    const result = await interpreter.run({ key, code }, { signal });
    const kept = result.files.length === 1 || result.skipped.length === 0 ? 'files are kept' : 'files are NOT kept';
    return `${result.status}; /mnt/data is ${result.grounding}; reach ${result.reach}; ${kept}`;
  });
  return [registry, gateway, run];
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
