// A sentence for the user that needs no answer.
import * as vscode from 'vscode';

/** Shows it, and waits for nobody to close it: the command that says it is over. */
export const say = (sentence: string): void => {
  void vscode.window.showInformationMessage(sentence);
};
