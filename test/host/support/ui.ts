// Asks the page that shows VS Code to act, from a test inside the extension host.
import type { ActionName, Actions } from '../../../scripts/host/protocol.ts';
import { bridgeAddressVariable, bridgeTokenVariable } from '../../../scripts/host/protocol.ts';

const act = async <Name extends ActionName>(
  name: Name,
  request: Actions[Name]['request'],
): Promise<Actions[Name]['answer']> => {
  const response = await fetch(`${process.env[bridgeAddressVariable] ?? ''}/${name}`, {
    method: 'POST',
    headers: { authorization: `token ${process.env[bridgeTokenVariable] ?? ''}` },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(120_000),
  });
  const body = await response.text();
  if (!response.ok) {
    throw new Error(`${name} ${JSON.stringify(request)}: ${body}`);
  }
  return JSON.parse(body) as Actions[Name]['answer'];
};

type In = { readonly window?: number };

/** The page, by Playwright selectors. Every call is bounded; see scripts/host/protocol.ts for what each does. */
export const ui = {
  screenshot: (name: string, where: In = {}): Promise<string> => act('screenshot', { name, ...where }),
  click: (selector: string, options: Omit<Actions['click']['request'], 'selector'> = {}) =>
    act('click', { selector, ...options }),
  clickInFrames: (selector: string, where: In = {}) => act('clickInFrames', { selector, ...where }),
  countInFrames: (selector: string, where: In = {}) => act('countInFrames', { selector, ...where }),
  hover: (selector: string, where: In = {}) => act('hover', { selector, ...where }),
  key: (key: string, where: In = {}) => act('key', { key, ...where }),
  type: (text: string, where: In = {}) => act('type', { text, ...where }),
  texts: (selector: string, where: In = {}) => act('texts', { selector, ...where }),
  attribute: (selector: string, name: string, where: In = {}) => act('attribute', { selector, name, ...where }),
  waitFor: (selector: string, options: Omit<Actions['waitFor']['request'], 'selector'> = {}) =>
    act('waitFor', { selector, ...options }),
  drag: (selector: string, to: string, where: In = {}) => act('drag', { selector, to, ...where }),
  dropFiles: (selector: string, files: readonly { name: string; content: Uint8Array }[], where: In = {}) =>
    act('dropFiles', {
      selector,
      files: files.map(({ name, content }) => ({ name, base64: Buffer.from(content).toString('base64') })),
      ...where,
    }),
  frameTexts: (where: In = {}) => act('frameTexts', where),
  openWindow: (folder: string) => act('openWindow', { folder }),
  reloadWindow: (window: number) => act('reloadWindow', { window }),
  closeWindow: (window: number) => act('closeWindow', { window }),
  print: (line: string) => act('print', { line }),
};
