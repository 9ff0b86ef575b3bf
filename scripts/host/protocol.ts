// What a host test can ask of the page that shows VS Code. The test runs inside the extension host, the page is
// another process: requests go over loopback HTTP with a token.

/** Where on the page, and in which window (0 is the one whose extension host runs the tests). */
interface Target {
  /** A Playwright selector: CSS, `text=`, or `role=button[name="Run"]`. The first match counts. */
  readonly selector: string;
  readonly window?: number | undefined;
}

export interface Actions {
  /** Writes `.cache/screenshots/<name>.png`; returns its path. */
  screenshot: { request: { name: string; window?: number | undefined }; answer: string };
  click: {
    request: Target & {
      button?: 'left' | 'right' | undefined;
      count?: number | undefined;
      modifiers?: readonly ('Control' | 'Shift' | 'Alt')[] | undefined;
    };
    answer: null;
  };
  /** Clicks the first match in any frame: a notebook's outputs are in frames of their own. */
  clickInFrames: { request: Target; answer: null };
  /** How many matches there are in all frames, also in the shadow of a notebook's Markdown. */
  countInFrames: { request: Target; answer: number };
  hover: { request: Target; answer: null };
  /** A key with its modifiers, e.g. `Control+Shift+P`. */
  key: { request: { key: string; window?: number | undefined }; answer: null };
  type: { request: { text: string; window?: number | undefined }; answer: null };
  /** The visible text of each match; waits for none. */
  texts: { request: Target; answer: readonly string[] };
  attribute: { request: Target & { name: string }; answer: string | null };
  waitFor: {
    request: Target & { state?: 'visible' | 'hidden' | undefined; seconds?: number | undefined };
    answer: null;
  };
  /** Drags the first match of `selector` onto the first of `to`. */
  drag: { request: Target & { to: string }; answer: null };
  /** Drops files on the first match, as from the desktop; `files` holds base64. */
  dropFiles: { request: Target & { files: readonly { name: string; base64: string }[] }; answer: null };
  /** The text of every frame: a notebook's outputs are in frames of their own. */
  frameTexts: { request: { window?: number | undefined }; answer: readonly string[] };
  /** Opens one more window of the same VS Code on a folder; returns its number. Closed at the end of the run. */
  openWindow: { request: { folder: string }; answer: number };
  /** Reloads a window other than the one whose extension host runs the tests. */
  reloadWindow: { request: { window: number }; answer: null };
  closeWindow: { request: { window: number }; answer: null };
  /** Prints a line of the test report. */
  print: { request: { line: string }; answer: null };
}

export type ActionName = keyof Actions;

/** The variables of the extension host's environment that lead to the page. */
export const bridgeAddressVariable = 'CODE_INTERPRETER_TEST_BRIDGE';
export const bridgeTokenVariable = 'CODE_INTERPRETER_TEST_BRIDGE_TOKEN';
