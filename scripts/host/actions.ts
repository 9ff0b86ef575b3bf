// Carries out on the page what a host test asks for.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { cache } from '../lib/places.mjs';
import type { ActionName, Actions } from './protocol.ts';

const actionMilliseconds = 15_000;
const bound = { timeout: actionMilliseconds };

/** The windows of one VS Code; the first is the one whose extension host runs the tests. */
export interface Windows {
  readonly page: (window: number | undefined) => Page;
  readonly open: (folder: string) => Promise<number>;
  readonly reload: (window: number) => Promise<void>;
  readonly close: (window: number) => Promise<void>;
}

type Handlers = {
  readonly [Name in ActionName]: (request: Actions[Name]['request']) => Promise<Actions[Name]['answer']>;
};

/** What a page has and Node does not. */
interface PageGlobals {
  readonly DataTransfer: new () => { readonly items: { readonly add: (file: File) => void } };
}

const dropFiles = async (target: Locator, files: Actions['dropFiles']['request']['files']): Promise<void> => {
  const transfer = await target.page().evaluateHandle((given) => {
    const { DataTransfer } = globalThis as unknown as PageGlobals;
    const made = new DataTransfer();
    for (const { name, base64 } of given) {
      made.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    }
    return made;
  }, files);
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await target.dispatchEvent(type, { dataTransfer: transfer }, bound);
  }
};

/** The handlers of every action; `print` prints a line of the report. */
export const createHandlers = (windows: Windows, print: (line: string) => void): Handlers => {
  const first = ({ selector, window }: { selector: string; window?: number | undefined }): Locator =>
    windows.page(window).locator(selector).first();
  return {
    screenshot: async ({ name, window }) => {
      const folder = join(cache, 'screenshots');
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${name}.png`);
      await windows.page(window).screenshot({ path, ...bound });
      return path;
    },
    click: async (request) => {
      await first(request).click({
        ...bound,
        button: request.button ?? 'left',
        clickCount: request.count ?? 1,
        modifiers: [...(request.modifiers ?? [])],
      });
      return null;
    },
    clickInFrames: async ({ selector, window }) => {
      for (const frame of windows.page(window).frames()) {
        if ((await frame.locator(selector).count()) > 0) {
          await frame.locator(selector).first().click(bound);
          return null;
        }
      }
      throw new Error(`No frame has ${selector}`);
    },
    countInFrames: async ({ selector, window }) => {
      const frames = windows.page(window).frames();
      const counts = await Promise.all(
        frames.map((frame) =>
          frame
            .locator(selector)
            .count()
            .catch(() => 0),
        ),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    hover: async (request) => {
      await first(request).hover(bound);
      return null;
    },
    key: async ({ key, window }) => {
      await windows.page(window).keyboard.press(key);
      return null;
    },
    type: async ({ text, window }) => {
      await windows.page(window).keyboard.type(text);
      return null;
    },
    texts: ({ selector, window }) => windows.page(window).locator(selector).allInnerTexts(),
    attribute: (request) => first(request).getAttribute(request.name, bound),
    waitFor: async (request) => {
      await first(request).waitFor({ state: request.state ?? 'visible', timeout: (request.seconds ?? 15) * 1000 });
      return null;
    },
    drag: async (request) => {
      await first(request).dragTo(windows.page(request.window).locator(request.to).first(), {
        ...bound,
        // As a hand moves: what takes a drop appears on the way.
        steps: 20,
      });
      return null;
    },
    dropFiles: async (request) => {
      await dropFiles(first(request), request.files);
      return null;
    },
    frameTexts: ({ window }) =>
      Promise.all(
        windows
          .page(window)
          .frames()
          .map((frame) =>
            frame
              .locator('body')
              .innerText({ timeout: 2000 })
              .catch(() => ''),
          ),
      ),
    openWindow: ({ folder }) => windows.open(folder),
    reloadWindow: async ({ window }) => {
      await windows.reload(window);
      return null;
    },
    closeWindow: async ({ window }) => {
      await windows.close(window);
      return null;
    },
    print: ({ line }) => {
      print(line);
      return Promise.resolve(null);
    },
  };
};
