// Doctor: what is wrong, and what to do, found by really trying; a read-only document whose buttons do it.
import * as vscode from 'vscode';
import { doctorButtonsFor } from '../remedies.ts';
import type { Services } from '../services.ts';
import { registerCommand } from '../showError.ts';
import { doctorReport, type Check, type DoctorReport } from './doctorReport.ts';

const scheme = 'code-interpreter-doctor';
const address = vscode.Uri.from({ scheme, path: '/Doctor.md' });

const untrusted = (): Check => ({
  name: vscode.l10n.t('Trust'),
  found: vscode.l10n.t('This folder is not trusted, so no code runs in it. The rest was not examined.'),
  good: false,
  remedy: 'trust',
});

const examine = async (
  services: Services,
  signal: AbortSignal,
  onFound: (check: Check) => void,
): Promise<readonly Check[]> => {
  if (!vscode.workspace.isTrusted) {
    onFound(untrusted());
    return [untrusted()];
  }
  const engine = await services.engine();
  const checks: Check[] = [];
  const tell = (check: Check): void => {
    checks.push(check);
    onFound(check);
  };
  try {
    await engine.examine(await services.interpreter(), signal, (examination) => {
      const { title, text, good, remedy } = engine.describeExamination(examination);
      tell({ name: title, found: text, good, remedy });
    });
  } catch (error) {
    // The data folder or its registry could not be opened, or the user cancelled.
    const { message, remedy } = engine.describeError(error);
    tell({ name: vscode.l10n.t('Doctor'), found: message, good: false, remedy });
  }
  return checks;
};

const reportOn = (checks: readonly Check[], isOver: boolean): DoctorReport => {
  const isGood = checks.every(({ good }) => good);
  return doctorReport(checks, {
    title: vscode.l10n.t('Doctor'),
    verdict: !isGood
      ? vscode.l10n.t('Something is wrong. The buttons above it help.')
      : isOver
        ? vscode.l10n.t('All is well.')
        : vscode.l10n.t('Being examined…'),
    machine: `VS Code ${vscode.version}, Node ${process.versions.node}, ${process.platform}`,
  });
};

const lensesOf = ({ remedies }: DoctorReport): vscode.CodeLens[] => {
  const lens = (line: number, command: vscode.Command): vscode.CodeLens =>
    new vscode.CodeLens(new vscode.Range(line, 0, line, 0), command);
  return [
    lens(0, { title: vscode.l10n.t('$(refresh) Examine Again'), command: 'codeInterpreter.doctor' }),
    lens(0, { title: vscode.l10n.t('$(copy) Copy'), command: 'codeInterpreter.copyDoctor' }),
    ...remedies.flatMap(({ line, remedy }) =>
      doctorButtonsFor(remedy).map(({ title, command, arguments: args }) =>
        lens(line, { title: `$(lightbulb) ${title}`, command, arguments: [...args] }),
      ),
    ),
  ];
};

/** Registers the command, its document, and the buttons there. */
export const registerDoctor = (services: Services): vscode.Disposable => {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const lensesChanged = new vscode.EventEmitter<void>();
  let report = reportOn([], false);
  let running: AbortController | undefined;

  const show = (checks: readonly Check[], isOver: boolean): void => {
    report = reportOn(checks, isOver);
    changed.fire(address);
    lensesChanged.fire();
  };

  const run = async (): Promise<readonly Check[]> => {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    const so: Check[] = [];
    show(so, false);
    const document = await vscode.workspace.openTextDocument(address);
    await vscode.window.showTextDocument(await vscode.languages.setTextDocumentLanguage(document, 'markdown'), {
      preview: false,
    });
    const checks = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Doctor'), cancellable: true },
      (_progress, cancelled) => {
        cancelled.onCancellationRequested(() => {
          controller.abort();
        });
        return examine(services, controller.signal, (check) => {
          if (running === controller) {
            so.push(check);
            show(so, false);
          }
        });
      },
    );
    if (running === controller) {
      running = undefined;
      show(checks, true);
      services.connectionChanged(checks.find(({ good }) => !good)?.found);
    }
    return checks;
  };

  return vscode.Disposable.from(
    changed,
    lensesChanged,
    new vscode.Disposable(() => running?.abort()),
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => report.text,
    }),
    vscode.languages.registerCodeLensProvider(
      { scheme },
      { onDidChangeCodeLenses: lensesChanged.event, provideCodeLenses: () => lensesOf(report) },
    ),
    registerCommand(services, 'codeInterpreter.doctor', run),
    registerCommand(services, 'codeInterpreter.copyDoctor', async () => {
      await vscode.env.clipboard.writeText(report.text);
      vscode.window.setStatusBarMessage(vscode.l10n.t('The report is on the clipboard.'), 5_000);
    }),
  );
};
