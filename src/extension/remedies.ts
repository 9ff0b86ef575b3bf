// What helps against what is wrong, as a button.
import * as vscode from 'vscode';
import type { Remedy } from '../wording/errors.ts';

export interface Button {
  readonly title: string;
  readonly command: string;
  readonly arguments: readonly unknown[];
}

const button = (title: string, command: string, ...args: readonly unknown[]): Button => ({
  title,
  command,
  arguments: args,
});

const settingsButton = (search: string): Button =>
  button(vscode.l10n.t('Open Settings'), 'workbench.action.openSettings', search);

/** The button for an error; `undefined` where there is none. */
export const buttonFor = (remedy: Remedy): Button | undefined => {
  switch (remedy) {
    case 'connect':
    case 'enterToken':
      return button(vscode.l10n.t('Connect…'), 'codeInterpreter.connect');
    case 'chooseKernel':
      return settingsButton('codeInterpreter.kernel.name');
    case 'choosePython':
      return settingsButton('codeInterpreter.embedded.python');
    case 'openSettings':
      return settingsButton('codeInterpreter');
    case 'setUpEmbedded':
    case 'installPython':
    case 'repairEmbedded':
    case 'runDoctor':
      return button(vscode.l10n.t('Doctor'), 'codeInterpreter.doctor');
    case 'showLog':
      return button(vscode.l10n.t('Show Log'), 'codeInterpreter.showLog');
    case 'cleanUp':
      return button(vscode.l10n.t('Clean Up…'), 'codeInterpreter.cleanUp');
    case 'trust':
      return button(vscode.l10n.t('Manage Trust'), 'workbench.trust.manage');
    case 'retry':
    case 'none':
      return undefined;
  }
};

/** The same in the Doctor's own document, where to open the Doctor is to examine again. */
export const doctorButtonsFor = (remedy: Remedy): readonly Button[] => {
  const again = (title: string): Button => button(title, 'codeInterpreter.doctor');
  switch (remedy) {
    case 'setUpEmbedded':
      return [
        again(vscode.l10n.t('Set Up the Local Gateway')),
        button(vscode.l10n.t('Connect…'), 'codeInterpreter.connect'),
      ];
    case 'repairEmbedded':
      return [
        again(vscode.l10n.t('Try Again')),
        button(vscode.l10n.t('Show Log'), 'codeInterpreter.showLog'),
        button(vscode.l10n.t('Connect…'), 'codeInterpreter.connect'),
      ];
    case 'installPython':
      return [
        button(vscode.l10n.t('Get Python'), 'vscode.open', vscode.Uri.parse('https://www.python.org/downloads/')),
        settingsButton('codeInterpreter.embedded.python'),
        button(vscode.l10n.t('Connect…'), 'codeInterpreter.connect'),
      ];
    case 'connect':
      return [
        button(vscode.l10n.t('Connect…'), 'codeInterpreter.connect'),
        button(vscode.l10n.t('Use the Local Gateway'), 'codeInterpreter.useEmbedded'),
      ];
    case 'runDoctor':
      return [settingsButton('codeInterpreter')];
    case 'retry':
      return [again(vscode.l10n.t('Try Again'))];
    default: {
      const one = buttonFor(remedy);
      return one ? [one] : [];
    }
  }
};
