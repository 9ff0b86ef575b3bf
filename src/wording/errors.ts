// The one table of words for errors: the cause, what to do, and the remedy that a surface can offer as a button or a command.
import { CodedError, isCoded, type ErrorCode, type ErrorDetails } from '../core/errors.ts';

/** What helps; the extension makes a button of it, the command line a hint. */
export type Remedy =
  | 'connect'
  | 'enterToken'
  | 'chooseKernel'
  | 'choosePython'
  | 'installPython'
  | 'setUpEmbedded'
  | 'repairEmbedded'
  | 'showLog'
  | 'openSettings'
  | 'runDoctor'
  | 'retry'
  | 'none';

export interface Wording {
  /** One sentence with the cause, one with what to do. */
  readonly message: string;
  readonly remedy: Remedy;
}

type Table = { readonly [Code in ErrorCode]: (detail: ErrorDetails[Code]) => Wording };

const say = (message: string, remedy: Remedy = 'none'): Wording => ({ message, remedy });
const ending = (reason: string): string => (reason === '' ? '.' : `: ${reason.replace(/[.\s]+$/, '')}.`);

const table: Table = {
  cancelled: () => say('Cancelled.'),
  'code.empty': () => say('There is no code to run. Give some code, or select a block that has some.'),
  'usage.invalid': ({ problem }) => say(`${problem[0]?.toUpperCase() ?? ''}${problem.slice(1)}.`),

  'gateway.invalidUrl': ({ url }) =>
    say(
      `"${url}" is not the address of a gateway. Give one like http://host:8888/ without a user name in it.`,
      'connect',
    ),
  'gateway.unreachable': ({ url, cause }) =>
    say(`Nothing answers at ${url} (${cause}). Check the address, and that the gateway runs.`, 'connect'),
  'gateway.timedOut': ({ url, seconds }) =>
    say(`${url} did not answer within ${seconds} s. Check the network, or try again.`, 'retry'),
  'gateway.certificate': ({ url, cause }) =>
    say(
      `The certificate of ${url} can't be trusted (${cause}). Give the certificate authority for this connection.`,
      'openSettings',
    ),
  'gateway.notJupyter': ({ url, found }) =>
    say(`What answers at ${url} is not a Jupyter server: it sent ${found}. Check the address.`, 'connect'),
  'gateway.signInPage': ({ url, location }) =>
    say(
      `${url} wants a sign-in in a browser (it leads to ${location}). Use a token for this server instead.`,
      'enterToken',
    ),
  'gateway.wrongPath': ({ url, suggestion }) =>
    say(
      suggestion === null
        ? `There is no Jupyter server at ${url}. Check the path in the address.`
        : `There is no Jupyter server at ${url}, but one answers at ${suggestion}. Use that address.`,
      'connect',
    ),
  'gateway.rejectedToken': ({ url }) => say(`${url} does not accept the token. Enter the token again.`, 'enterToken'),
  'gateway.forbidden': ({ url, reason }) =>
    say(`${url} refuses this${ending(reason)} Ask its administrator for the right.`, 'showLog'),
  'gateway.refused': ({ url, status, reason }) =>
    say(`${url} answered with status ${status}${ending(reason)} Try again, or look at the gateway's log.`, 'showLog'),
  'gateway.invalidResponse': ({ url, problem }) =>
    say(`The answer of ${url} makes no sense: ${problem}. Check that it is a Jupyter server.`, 'showLog'),

  'kernel.unknown': ({ name, available }) =>
    say(
      available.length === 0
        ? `There is no kernel "${name}" on this gateway. Choose another kernel.`
        : `There is no kernel "${name}" on this gateway. Choose one of: ${available.join(', ')}.`,
      'chooseKernel',
    ),
  'kernel.userNotAuthorized': ({ user, reason }) =>
    say(
      `The gateway does not let "${user}" start kernels${ending(reason)} Use another user, or ask its administrator.`,
      'openSettings',
    ),
  'kernel.limit': ({ reason }) =>
    say(
      `The gateway starts no more kernels${ending(reason)} Wait until one is free, or ask its administrator.`,
      'retry',
    ),
  'kernel.launchFailed': ({ name, reason }) =>
    say(`The kernel "${name}" could not be started${ending(reason)} Look at the gateway's log.`, 'showLog'),
  'kernel.launchTimedOut': ({ name, seconds }) =>
    say(`The kernel "${name}" was not ready within ${seconds} s. Try again, or raise the launch time-out.`, 'retry'),
  'kernel.initCodeFailed': ({ error }) =>
    say(`The init code failed: ${error}. Mend it in the settings.`, 'openSettings'),
  'kernel.gone': ({ reason }) => say(`The kernel is gone${ending(reason)} The next run starts a new one.`, 'retry'),
  'kernel.groundingUnavailable': ({ wanted, reason }) =>
    say(
      `/mnt/data can't be ${wanted} on this kernel${ending(reason)} Use --grounding auto, or install the kernel wrapper there.`,
      'runDoctor',
    ),
  'kernel.reachUnavailable': ({ wanted, reason }) =>
    say(
      `Files can't travel by ${wanted} reach${ending(reason)} Check the kernel's data folder, or use --reach auto.`,
      'runDoctor',
    ),
  'transfer.unavailable': ({ reason }) =>
    say(
      `Files can't travel through this kernel's connection${ending(reason)} Use a gateway that shares a folder with this machine, or a Python kernel.`,
      'runDoctor',
    ),
  'message.inUse': ({ chatId, messageId, owner }) =>
    say(
      `Message "${messageId}" of chat "${chatId}" is in use by ${owner}. Wait until that run has ended, or stop it there.`,
      'retry',
    ),

  'embedded.noPython': ({ tried }) =>
    say(
      `No Python 3.10 or newer was found (tried: ${tried.join(', ') || 'nothing'}). Install Python, or use a gateway of your own.`,
      'installPython',
    ),
  'embedded.unfitPython': ({ path, found, needed }) =>
    say(`${path} is unfit: it is ${found}, and ${needed} is needed. Choose another Python.`, 'choosePython'),
  'embedded.consentNeeded': ({ megabytes, folder }) =>
    say(
      `The embedded gateway is not installed yet: about ${megabytes} MB go to ${folder}. Run "gateway start" to install it.`,
      'setUpEmbedded',
    ),
  'embedded.installFailed': ({ step, cause, log }) =>
    say(
      `The embedded gateway could not be installed: ${step} failed with "${cause}". Look at ${log}, then try again.`,
      'repairEmbedded',
    ),
  'embedded.startFailed': ({ cause, log }) =>
    say(`The embedded gateway did not start: ${cause}. Look at ${log}.`, 'repairEmbedded'),
  'embedded.portTaken': ({ port }) =>
    say(`Port ${port} is taken by another program. Choose another port, or none.`, 'openSettings'),
  'embedded.busy': ({ lock }) =>
    say(
      `Another window or command is setting up the embedded gateway and has not finished (${lock}). Try again later.`,
      'retry',
    ),
  'embedded.networkNotHidden': ({ reason }) =>
    say(
      `The network can't be hidden from the code here: ${reason}. Nothing was started. Allow the network, or stop the local gateway and try again.`,
      'openSettings',
    ),
  'embedded.unsupportedPlatform': ({ platform }) =>
    say(`The embedded gateway does not run on ${platform}. Connect to a gateway of your own.`, 'connect'),

  'data.notWritable': ({ folder, cause }) =>
    say(
      `The data folder ${folder} can't be written to (${cause}). Choose another one with --data-dir or in the settings.`,
      'openSettings',
    ),
  'registry.newer': ({ path, found, known }) =>
    say(
      `${path} was written by a newer version (format ${found}; this one knows ${known}). Update, or choose another data folder.`,
      'openSettings',
    ),
  'registry.unavailable': ({ cause }) =>
    say(`SQLite is missing in this Node.js (${cause}). Use Node.js 22.13 or newer, or a current VS Code.`, 'none'),
  'registry.failed': ({ cause }) =>
    say(`The registry can't be used: ${cause}. Nothing that is kept is lost; try again.`, 'retry'),
  'attachment.unreadable': ({ path, cause }) =>
    say(`${path} can't be attached: ${cause}. Check the file and attach it again.`),
  'file.notFound': ({ id }) => say(`There is no file "${id}". List the files of the message to see their ids.`),
  'file.forbidden': ({ id }) => say(`"${id}" was not made by a run, so it can't be downloaded here.`),
  'file.damaged': ({ id, cause }) =>
    say(`The kept file "${id}" is damaged: ${cause}. Run the code that made it again.`),
  'file.exists': ({ path }) => say(`${path} exists already. Choose another name, or say --overwrite.`),
  'file.unstable': ({ path }) =>
    say(`${path} kept changing while it was copied. Wait until the code that writes it is done, then run again.`),
  'file.unreadable': ({ path, cause }) => say(`${path} can't be read: ${cause}. Check that it is still there.`),
  'file.unwritable': ({ path, cause }) => say(`${path} can't be written: ${cause}. Choose another place.`),
  'chat.notFound': ({ chatId }) => say(`There is no chat "${chatId}". See "chats" for the ones there are.`),
  'transcript.unreadable': ({ path, cause }) => say(`${path} can't be read: ${cause}. Check the path.`),
};

const wordingOf = <Code extends ErrorCode>(error: CodedError<Code>): Wording => table[error.code](error.detail);

/** The words for any error; an uncoded one is a fault of ours and says so. */
export const describeError = (error: unknown): Wording =>
  isCoded(error)
    ? wordingOf(error)
    : say(
        `Something unforeseen went wrong: ${error instanceof Error ? error.message : String(error)}. Please report it.`,
        'showLog',
      );
