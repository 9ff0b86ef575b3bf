// A program that runs code as a window does, and is killed by the test in mid-run.
// Arguments: data folder, address of its gateway, chat, message, reach, code. The token is in CODE_INTERPRETER_TEST_TOKEN.
import { openInterpreter } from '../../src/core/interpreter.ts';

const [, , dataFolder = '', baseUrl = '', chatId = '', messageId = '', reach = '', code = ''] = process.argv;

const interpreter = await openInterpreter({
  dataFolder,
  user: 'tester',
  connect: () =>
    Promise.resolve({ baseUrl, token: process.env['CODE_INTERPRETER_TEST_TOKEN'] ?? null, embedded: true }),
  reconnect: () => Promise.resolve('unknown'),
  settings: () => ({ resumable: true, reach: reach === 'channel' ? 'channel' : 'auto' }),
});
await interpreter.run(
  { key: interpreter.key(chatId, messageId), code },
  {
    onEvent: (event) => {
      if (event.kind === 'stream') {
        process.stderr.write(event.text);
      }
    },
  },
);
