// Which languages are offered to run, and what is said of the others.
import * as vscode from 'vscode';
import { say } from '../say.ts';
import type { ReaderModule, Services } from '../services.ts';

/** Python and Bash always run; what else does is known when a gateway is connected. */
export const offeredLanguages = (services: Services): ReadonlySet<string> => {
  const specs = services.openInterpreter()?.gateways.current()?.server.kernelSpecs.specs ?? [];
  return new Set(['python', 'bash', ...specs.map(({ language }) => language)]);
};

/**
 * The language of a line of Markdown: that of the block around it; `undefined` outside of blocks and in one that does not name its
 * language, `null` with the label where no kernel is known for it.
 */
export const languageInMarkdown = (
  { codeBlocks }: ReaderModule,
  text: string,
  line: number,
): { readonly language: string | undefined | null; readonly label: string; readonly isBlock: boolean } => {
  const block = codeBlocks(text).find(({ fenceLine, lastLine }) => line >= fenceLine && line <= lastLine + 1);
  if (!block) {
    return { language: undefined, label: '', isBlock: false };
  }
  const [label = ''] = block.info.split(/[\s,{}]+/).filter((word) => word !== '');
  return { language: block.language ?? (label === '' ? undefined : null), label, isBlock: true };
};

/** Says that no kernel is known for a language. */
export const tellUnknown = (label: string): void => {
  say(
    vscode.l10n.t(
      'No kernel is known for "{0}", so this code can\'t be run. Name another language, like python.',
      label,
    ),
  );
};

/** Says why there is nothing to run at a line of a document. */
export const tellNoBlock = (reader: ReaderModule, document: vscode.TextDocument, line: number): void => {
  const { isBlock, label } = languageInMarkdown(reader, document.getText(), line);
  if (label !== '') {
    tellUnknown(label);
    return;
  }
  say(
    isBlock
      ? vscode.l10n.t('This block does not name its language. Write it behind the opening fence, like ```python.')
      : vscode.l10n.t('There is no code block at the cursor.'),
  );
};
