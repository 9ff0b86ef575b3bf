// input() and getpass() of the running code, asked in the terminal where there is one.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

type AskInput = (prompt: string, password: boolean) => Promise<string>;

/** Asks in the terminal; `undefined` where nobody could answer, so that the code gets an error and no silent wait. */
export const terminalInput = (signal: AbortSignal): AskInput | undefined => {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    return undefined;
  }
  return async (prompt, password) => {
    let hidden = false;
    const echo = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!hidden) {
          process.stderr.write(chunk);
        }
        done();
      },
    });
    const terminal = createInterface({ input: process.stdin, output: echo, terminal: true });
    try {
      const answer = terminal.question(prompt, { signal });
      hidden = password;
      return await answer;
    } finally {
      terminal.close();
      if (hidden) {
        process.stderr.write('\n');
      }
    }
  };
};
