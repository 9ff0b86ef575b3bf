// Runs a command in a process group of its own and ends the group when the process that asked for it is gone, however
// it went (a `kill -9` too): its end of this process's standard input closes then. Usage: node guard.mjs GRACE COMMAND [ARGUMENT...], GRACE in milliseconds between asking and forcing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const [grace, command = '', ...args] = process.argv.slice(2);
const grouped = process.platform !== 'win32';
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: grouped });

/** @param {NodeJS.Signals} signal */
const signalGroup = (signal) => {
  try {
    if (grouped && child.pid !== undefined) {
      process.kill(-child.pid, signal);
    } else {
      child.kill(signal);
    }
  } catch {
    // The group has ended by itself.
  }
};

const end = () => {
  signalGroup('SIGTERM');
  setTimeout(() => {
    signalGroup('SIGKILL');
  }, Number(grace)).unref();
};

process.stdin.on('end', end).on('error', end).resume();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, end);
}
child.on('error', (error) => {
  process.stderr.write(`${command} could not be started: ${error.message}\n`);
  process.exit(127);
});
const [code] = await once(child, 'close');
// What the command left behind in its group ends with it.
signalGroup('SIGKILL');
process.exit(code ?? 1);
