// Connecting to the user's own gateway: verified before it is saved, the token in SecretStorage.
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { say } from '../say.ts';
import { registerCommand } from '../showError.ts';
import { certificateAuthority, gatewayHeaders, gatewayUrl } from '../settings.ts';
import { tokenKey } from './tokens.ts';

const askUrl = async (services: Services): Promise<string | undefined> => {
  const { parseGatewayUrl } = await services.engine();
  const clipboard = await vscode.env.clipboard.readText();
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Connect to a gateway (1/2)'),
    prompt: vscode.l10n.t('The address of an Enterprise Gateway, Kernel Gateway or Jupyter Server'),
    value: /^https?:\/\/\S+$/.test(clipboard.trim()) ? clipboard.trim() : gatewayUrl(),
    placeHolder: 'https://gateway.example/',
    ignoreFocusOut: true,
    validateInput: (text) => {
      try {
        parseGatewayUrl(text);
        return undefined;
      } catch {
        return vscode.l10n.t('Not the address of a gateway, like http://host:8888/');
      }
    },
  });
};

const connect = async (services: Services): Promise<void> => {
  const text = await askUrl(services);
  if (text === undefined) {
    return;
  }
  const { parseGatewayUrl, readHeaders, createGatewayHttp, identifyServer } = await services.engine();
  const { baseUrl, token: pasted } = parseGatewayUrl(text);
  const token =
    pasted ??
    (await vscode.window.showInputBox({
      title: vscode.l10n.t('Connect to a gateway (2/2)'),
      prompt: vscode.l10n.t('Its token; empty when it has none'),
      password: true,
      ignoreFocusOut: true,
    }));
  if (token === undefined) {
    return;
  }
  const authority = certificateAuthority();
  const http = createGatewayHttp({
    baseUrl,
    token: token === '' ? null : token,
    headers: readHeaders(gatewayHeaders(), process.env),
    ...(authority !== undefined && { certificateAuthority: authority }),
  });
  try {
    const server = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Asking {0}', baseUrl),
        cancellable: true,
      },
      (_progress, cancelled) => {
        const controller = new AbortController();
        cancelled.onCancellationRequested(() => {
          controller.abort();
        });
        return identifyServer(http, controller.signal);
      },
    );
    await services.context.secrets.store(tokenKey(baseUrl), token);
    await vscode.workspace
      .getConfiguration('codeInterpreter')
      .update('gateway.url', baseUrl, vscode.ConfigurationTarget.Global);
    await services.reset();
    await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Connected to {0} {1} with {2} kernels.',
        server.kind,
        server.version,
        server.kernelSpecs.specs.length,
      ),
    );
  } finally {
    await http.dispose();
  }
};

const useEmbedded = async (services: Services): Promise<void> => {
  await vscode.workspace
    .getConfiguration('codeInterpreter')
    .update('gateway.url', '', vscode.ConfigurationTarget.Global);
  await services.reset();
  say(vscode.l10n.t('The next run uses the local gateway.'));
};

/** Forgets the gateway and its token. */
const disconnect = async (services: Services): Promise<void> => {
  const url = gatewayUrl();
  if (url === '') {
    say(vscode.l10n.t('No gateway is set: runs use the local one.'));
    return;
  }
  const { parseGatewayUrl } = await services.engine();
  await services.context.secrets.delete(tokenKey(parseGatewayUrl(url).baseUrl));
  await useEmbedded(services);
};

/** Registers connecting and forgetting. */
export const registerConnect = (services: Services): vscode.Disposable =>
  vscode.Disposable.from(
    registerCommand(services, 'codeInterpreter.connect', () => connect(services)),
    registerCommand(services, 'codeInterpreter.disconnect', () => disconnect(services)),
    registerCommand(services, 'codeInterpreter.useEmbedded', () => useEmbedded(services)),
    registerCommand(services, 'codeInterpreter.stopEmbedded', async () => {
      const { stopEmbeddedGateway } = await services.engine();
      const { data } = await services.interpreter();
      await services.reset();
      await stopEmbeddedGateway(data);
      say(vscode.l10n.t('The local gateway is stopped. The next run starts it again.'));
    }),
  );
