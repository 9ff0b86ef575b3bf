// What VS Code activates: builds the services, registers the surfaces. Reaches no network and loads no engine.
import * as vscode from 'vscode';
import { createApi, type CodeInterpreterApi } from './api.ts';
import { registerOpenSample } from './chat/openSample.ts';
import { registerPrompt } from './chat/promptCommand.ts';
import { registerConnect } from './connection/connect.ts';
import { registerDoctor } from './connection/doctor.ts';
import { registerStatusBar } from './connection/statusBar.ts';
import { registerAttach } from './files/attach.ts';
import { registerCleanup } from './files/cleanup.ts';
import { registerFileSystem } from './files/fileSystem.ts';
import { registerFilesView } from './files/view.ts';
import { registerRunCommands } from './runs/commands.ts';
import { createCurrentMessages } from './runs/currentMessage.ts';
import { registerRecordCommands } from './runs/recordCommands.ts';
import { registerRestartKernel } from './runs/restartKernel.ts';
import { createRunner } from './runs/runner.ts';
import { createRunRecords } from './runs/runRecords.ts';
import { createServices, type Services } from './services.ts';
import { registerCodeLens } from './transcript/codeLens.ts';

let services: Services | undefined;

/** Called by VS Code once, at the first use of anything that the manifest contributes. */
export const activate = (context: vscode.ExtensionContext): CodeInterpreterApi => {
  const shared = createServices(context);
  services = shared;
  const messages = createCurrentMessages(context.workspaceState);
  const records = createRunRecords(shared);
  const runner = createRunner(shared, records);
  context.subscriptions.push(
    shared,
    messages,
    records,
    registerFileSystem(shared, records),
    registerFilesView(shared, records),
    registerRunCommands(shared, messages, runner, records),
    registerRecordCommands(shared, runner, records),
    registerRestartKernel(shared, messages),
    registerCodeLens(shared, messages),
    registerAttach(shared, messages),
    registerCleanup(shared),
    registerPrompt(shared, messages),
    registerOpenSample(shared),
    registerConnect(shared),
    registerStatusBar(shared, messages),
    registerDoctor(shared),
    vscode.commands.registerCommand('codeInterpreter.showLog', () => {
      shared.log.show();
    }),
  );
  return createApi(shared);
};

/** Removes this window's kernels from the gateway; what runs goes on for the window that comes next. */
export const deactivate = async (): Promise<void> => {
  await services?.reset({ leaveRuns: true });
};
