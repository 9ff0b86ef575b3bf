// Connecting to a gateway of one's own: tried before it is saved, and its token in SecretStorage alone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { CodeInterpreterApi } from '../../../src/extension/api.ts';
import { activateExtension } from '../support/extension.ts';
import { waitForNotification } from '../support/notifications.ts';
import { ui } from '../support/ui.ts';

const dataFolder = (): string => process.env['CODE_INTERPRETER_DATA_DIR'] ?? '';

/** All files below a folder, with what they hold. */
const filesHolding = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      try {
        return readFileSync(path).includes(text);
      } catch {
        // It is gone, or it is not for us.
        return false;
      }
    });

const argumentsOfAll = (): string[] =>
  process.platform === 'linux'
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => {
          try {
            return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          } catch {
            return '';
          }
        })
    : [];

describe('connecting to a gateway', function () {
  this.timeout(120_000);

  let api: CodeInterpreterApi;
  let gateway: { baseUrl: string; token: string };
  let other: Server;

  const savedUrl = (): unknown => vscode.workspace.getConfiguration('codeInterpreter').get('gateway.url');

  before(async () => {
    api = await activateExtension();
    // The local gateway is a gateway like any other.
    await api.run({ chat_id: 'connect', message_id: 'first', code: '1' });
    gateway = JSON.parse(readFileSync(join(dataFolder(), 'gateway', 'state.json'), 'utf8')) as typeof gateway;
    other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
  });

  after(async () => {
    other.close();
    await vscode.commands.executeCommand('codeInterpreter.disconnect');
  });

  const answer = async (title: string, text: string): Promise<void> => {
    await ui.waitFor(`.quick-input-widget:has-text("${title}") input`);
    await ui.key('Control+A');
    await ui.key('Delete');
    await ui.type(text);
    await ui.key('Enter');
  };

  const connect = async (url: string, token: string): Promise<void> => {
    await vscode.commands.executeCommand('notifications.clearAll');
    void vscode.commands.executeCommand('codeInterpreter.connect');
    await answer('(1/2)', url);
    await answer('(2/2)', token);
  };

  it('says in one sentence what is wrong, and saves nothing', async () => {
    const { port } = other.address() as AddressInfo;
    await connect(gateway.baseUrl, 'wrong');
    await waitForNotification('does not accept the token');
    await connect(`http://127.0.0.1:${port}/`, 'any');
    await waitForNotification('is not a Jupyter server');
    await connect(gateway.baseUrl.replace('http:', 'https:'), 'any');
    await waitForNotification(new URL(gateway.baseUrl).host);
    assert.equal(savedUrl(), '');
  });

  it('runs there once it is connected; the token is in no setting, file or argument', async () => {
    await connect(gateway.baseUrl, gateway.token);
    await waitForNotification('Connected to');
    assert.equal(savedUrl(), gateway.baseUrl);
    const { status } = await api.run({ chat_id: 'connect', message_id: 'second', code: '1' });
    assert.equal(status, 'ok');
    // Its own gateway's state is where that gateway's token belongs.
    const holding = filesHolding(dirname(dataFolder()), gateway.token);
    assert.deepEqual(
      holding.filter((path) => dirname(path) !== join(dataFolder(), 'gateway')),
      [],
    );
    assert.ok(holding.includes(join(dataFolder(), 'gateway', 'state.json')));
    const settings = JSON.stringify(vscode.workspace.getConfiguration('codeInterpreter'));
    assert.equal(settings.includes(gateway.token), false);
    assert.deepEqual(
      argumentsOfAll().filter((words) => words.includes(gateway.token)),
      [],
    );
  });

  it('forgets the gateway and its token', async () => {
    await vscode.commands.executeCommand('codeInterpreter.disconnect');
    assert.equal(savedUrl(), '');
    const { status } = await api.run({ chat_id: 'connect', message_id: 'third', code: '1' });
    assert.equal(status, 'ok');
  });
});
