// Which message a run from an ordinary editor belongs to: the chat is the file, the message its current one.
import { userInfo } from 'node:os';
import * as vscode from 'vscode';
import type { DisposableLike } from '../disposable.ts';
import type { MessageKey } from '../../core/workspace/messageKey.ts';
import { basenameOf } from '../names.ts';

export interface CurrentMessages extends DisposableLike {
  readonly onDidChange: vscode.Event<undefined>;
  /** The message that a run from this document belongs to. */
  of(document: vscode.Uri): MessageKey;
  /** Its number among the file's messages, from 1. */
  numberOf(document: vscode.Uri): number;
  /** Begins a new message: a new workspace, a new kernel. */
  next(document: vscode.Uri): Promise<MessageKey>;
  /** Goes back to an earlier message of the file. */
  choose(document: vscode.Uri, number: number): Promise<void>;
}

const stateKey = (document: vscode.Uri): string => `codeInterpreter.message:${document.toString()}`;

/** A file's messages are named after it: readable folders, unique by the chat. */
const keyOf = (document: vscode.Uri, number: number): MessageKey => ({
  user: userInfo().username,
  chatId: document.scheme === 'file' ? document.fsPath : document.toString(),
  messageId: number === 1 ? basenameOf(document) : `${basenameOf(document)}-${number}`,
});

export const createCurrentMessages = (state: vscode.Memento): CurrentMessages => {
  const emitter = new vscode.EventEmitter<undefined>();
  const numberOf = (document: vscode.Uri): number => state.get<number>(stateKey(document), 1);
  const choose = async (document: vscode.Uri, number: number): Promise<void> => {
    await state.update(stateKey(document), number);
    emitter.fire(undefined);
  };
  return {
    onDidChange: emitter.event,
    numberOf,
    of: (document) => keyOf(document, numberOf(document)),
    next: async (document) => {
      await choose(document, numberOf(document) + 1);
      return keyOf(document, numberOf(document));
    },
    choose,
    dispose: () => {
      emitter.dispose();
    },
  };
};
