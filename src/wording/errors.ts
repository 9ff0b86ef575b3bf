// The one table of words for errors: the cause, what to do, and the remedy that a surface can offer as a button or a command.
import { CodedError, isCoded, type ErrorCode, type ErrorDetails } from '../core/errors.ts';
import { english, type Translate } from './translate.ts';

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
  | 'cleanUp'
  | 'trust'
  | 'retry'
  | 'none';

export interface Wording {
  /** One sentence with the cause, one with what to do. */
  readonly message: string;
  readonly remedy: Remedy;
}

/** A text with the details of the error in its `{places}`; `{why}` is the end of a sentence with its reason, if one is known. */
type Say = (text: string) => string;

type Table = { readonly [Code in ErrorCode]: (t: Say, detail: ErrorDetails[Code]) => Wording };

const say = (message: string, remedy: Remedy = 'none'): Wording => ({ message, remedy });
const ending = (reason: string): string => (reason === '' ? '.' : `: ${reason.replace(/[.\s]+$/, '')}.`);
const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;

const table: Table = {
  cancelled: (t) => say(t('Cancelled.')),
  'code.empty': (t) => say(t('There is no code to run. Give some code, or select a block that has some.')),
  'usage.invalid': (_, { problem }) => say(sentence(problem)),

  'gateway.invalidUrl': (t) =>
    say(
      t('"{url}" is not the address of a gateway. Give one like http://host:8888/ without a user name in it.'),
      'connect',
    ),
  'gateway.invalidHeader': (t) =>
    say(
      t("The headers for the gateway can't be used: {name}: {cause}. Correct codeInterpreter.gateway.headers."),
      'openSettings',
    ),
  'gateway.unreachable': (t) =>
    say(t('Nothing answers at {url} ({cause}). Check the address, and that the gateway runs.'), 'connect'),
  'gateway.timedOut': (t) =>
    say(t('{url} did not answer within {seconds} s. Check the network, or try again.'), 'retry'),
  'gateway.certificate': (t) =>
    say(
      t("The certificate of {url} can't be trusted ({cause}). Give the certificate authority for this connection."),
      'openSettings',
    ),
  'gateway.notJupyter': (t) =>
    say(t('What answers at {url} is not a Jupyter server: it sent {found}. Check the address.'), 'connect'),
  'gateway.signInPage': (t) =>
    say(
      t('{url} wants a sign-in in a browser (it leads to {location}). Use a token for this server instead.'),
      'enterToken',
    ),
  'gateway.wrongPath': (t, { suggestion }) =>
    say(
      suggestion === null
        ? t('There is no Jupyter server at {url}. Check the path in the address.')
        : t('There is no Jupyter server at {url}, but one answers at {suggestion}. Use that address.'),
      'connect',
    ),
  'gateway.rejectedToken': (t) => say(t('{url} does not accept the token. Enter the token again.'), 'enterToken'),
  'gateway.forbidden': (t) => say(t('{url} refuses this{why} Ask its administrator for the right.'), 'showLog'),
  'gateway.refused': (t) =>
    say(t("{url} answered with status {status}{why} Try again, or look at the gateway's log."), 'showLog'),
  'gateway.invalidResponse': (t) =>
    say(t('The answer of {url} makes no sense: {problem}. Check that it is a Jupyter server.'), 'showLog'),

  'kernel.unknown': (t, { available }) =>
    say(
      available.length === 0
        ? t('There is no kernel "{name}" on this gateway. Choose another kernel.')
        : t('There is no kernel "{name}" on this gateway. Choose one of: {available}.'),
      'chooseKernel',
    ),
  'kernel.noLanguage': (t) =>
    say(
      t(
        'No kernel of this gateway runs {language}; it runs: {available}. Install such a kernel there, or use another gateway.',
      ),
      'connect',
    ),
  'kernel.userNotAuthorized': (t) =>
    say(
      t('The gateway does not let "{user}" start kernels{why} Use another user, or ask its administrator.'),
      'openSettings',
    ),
  'kernel.limit': (t) =>
    say(t('The gateway starts no more kernels{why} Wait until one is free, or ask its administrator.'), 'retry'),
  'kernel.launchFailed': (t) =>
    say(t('The kernel "{name}" could not be started{why} Look at the gateway\'s log.'), 'showLog'),
  'kernel.launchTimedOut': (t) =>
    say(t('The kernel "{name}" was not ready within {seconds} s. Try again, or raise the launch time-out.'), 'retry'),
  'kernel.initCodeFailed': (t) => say(t('The init code failed: {error}. Mend it in the settings.'), 'openSettings'),
  'kernel.gone': (t) => say(t('The kernel is gone{why} The next run starts a new one.'), 'retry'),
  'kernel.groundingUnavailable': (t) =>
    say(
      t("/mnt/data can't be {wanted} on this kernel{why} Set grounding to auto, or install the kernel wrapper there."),
      'runDoctor',
    ),
  'kernel.reachUnavailable': (t) =>
    say(
      t("Files can't travel by {wanted} reach{why} Check the kernel's data folder, or set reach to auto."),
      'runDoctor',
    ),
  'transfer.unavailable': (t) =>
    say(
      t(
        "Files can't travel through this kernel's connection{why} Use a gateway that shares a folder with this machine, or a Python kernel.",
      ),
      'runDoctor',
    ),
  'message.inUse': (t) =>
    say(
      t(
        'Message "{messageId}" of chat "{chatId}" is in use by {owner}. Wait until that run has ended, or stop it there.',
      ),
      'retry',
    ),

  'embedded.noPython': (t, { tried }) =>
    say(
      tried.length === 0
        ? t('No Python 3.10 or newer was found. Install Python, or use a gateway of your own.')
        : t('No Python 3.10 or newer was found (tried: {tried}). Install Python, or use a gateway of your own.'),
      'installPython',
    ),
  'embedded.unfitPython': (t) =>
    say(t('{path} is unfit: it is {found}, and {needed} is needed. Choose another Python.'), 'choosePython'),
  'embedded.consentNeeded': (t) =>
    say(
      t(
        'The local gateway is not installed yet: about {megabytes} MB go to {folder}. Run "gateway start" to install it, or agree when VS Code asks.',
      ),
      'setUpEmbedded',
    ),
  'embedded.installFailed': (t) =>
    say(
      t('The local gateway could not be installed: {step} failed with "{cause}". Look at {log}, then try again.'),
      'repairEmbedded',
    ),
  'embedded.startFailed': (t) => say(t('The local gateway did not start: {cause}. Look at {log}.'), 'repairEmbedded'),
  'embedded.portTaken': (t) =>
    say(t('Port {port} is taken by another program. Choose another port, or none.'), 'openSettings'),
  'embedded.busy': (t) =>
    say(
      t('Another window or command is setting up the local gateway and has not finished ({lock}). Try again later.'),
      'retry',
    ),
  'embedded.networkNotHidden': (t) =>
    say(
      t(
        "The network can't be hidden from the code here: {reason}. Nothing was started. Allow the network, or stop the local gateway and try again.",
      ),
      'openSettings',
    ),
  'embedded.unsupportedPlatform': (t) =>
    say(t('The local gateway does not run on {platform}. Connect to a gateway of your own.'), 'connect'),

  'data.notWritable': (t) =>
    say(
      t(
        "The data folder {folder} can't be written to ({cause}). Choose another one with --data-dir or in the settings.",
      ),
      'openSettings',
    ),
  'registry.newer': (t) =>
    say(
      t(
        '{path} was written by a newer version (format {found}; this one knows {known}). Update, or choose another data folder.',
      ),
      'openSettings',
    ),
  'registry.unavailable': (t) =>
    say(t('SQLite is missing in this Node.js ({cause}). Use Node.js 22.13 or newer, or a current VS Code.'), 'none'),
  'registry.failed': (t) =>
    say(t("The registry can't be used: {cause}. Nothing that is kept is lost; try again."), 'retry'),
  'attachment.unreadable': (t) => say(t("{path} can't be attached: {cause}. Check the file and attach it again.")),
  'file.notFound': (t) => say(t('There is no file "{id}". List the files of the message to see their ids.')),
  'file.forbidden': (t) => say(t('"{id}" was not made by a run, so it can\'t be downloaded here.')),
  'file.damaged': (t) => say(t('The kept file "{id}" is damaged: {cause}. Run the code that made it again.')),
  'file.exists': (t) => say(t('{path} exists already. Choose another name, or say --overwrite.')),
  'file.unstable': (t) =>
    say(t('{path} kept changing while it was copied. Wait until the code that writes it is done, then run again.')),
  'file.unreadable': (t) => say(t("{path} can't be read: {cause}. Check that it is still there.")),
  'file.unwritable': (t) => say(t("{path} can't be written: {cause}. Choose another place.")),
  'chat.notFound': (t) => say(t('There is no chat "{chatId}". See "chats" for the ones there are.')),
  'transcript.unreadable': (t) => say(t("{path} can't be read: {cause}. Check the path.")),
};

/** The details of an error as they stand in a sentence: lists with commas. */
const valuesOf = (detail: ErrorDetails[ErrorCode]): Record<string, string | number> => {
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(detail) as [string, string | number | readonly string[] | null][]) {
    if (value !== null) {
      values[name] = typeof value === 'object' ? value.join(', ') : value;
    }
  }
  return 'reason' in detail ? { ...values, why: ending(detail.reason) } : values;
};

const wordingOf = <Code extends ErrorCode>(t: Translate, error: CodedError<Code>): Wording =>
  table[error.code]((text) => t(text, valuesOf(error.detail)), error.detail);

/** The words for any error; an uncoded one is a fault of ours and says so. */
export const describeError = (error: unknown, t: Translate = english): Wording =>
  isCoded(error)
    ? wordingOf(t, error)
    : say(
        t('Something unforeseen went wrong: {problem}. Please report it.', {
          problem: error instanceof Error ? error.message : String(error),
        }),
        'showLog',
      );
