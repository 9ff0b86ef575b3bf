// The lines of a traceback that name a document, as links that open it there.
// VS Code's renderer of errors takes `<a href>` in a trusted folder; a path without a scheme is opened where the folder is,
// also in a remote window (extensions/notebook-renderers, backLayerWebView.ts).
import { Uri } from 'vscode';
import type { ErrorFrame, NotebookOutput, RunError } from '../../core/run/result.ts';

/** The frames of errors that can be opened. */
export type Places = readonly (ErrorFrame & { readonly uri: string })[];

export const placesOf = (error: RunError | null): Places =>
  (error?.frames ?? []).flatMap((frame) => (frame.uri === undefined ? [] : [{ ...frame, uri: frame.uri }]));

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 32};`);

const addressOf = (text: string): string => {
  const uri = Uri.parse(text);
  const address = uri.scheme === 'file' ? uri.path : uri.with({ fragment: '' }).toString();
  return uri.scheme === 'file' ? address.split('/').map(encodeURIComponent).join('/') : address;
};

const ansi = '(?:\\u001b\\[[\\d;]*m)*';
/** "File report.py, line 5", coloured or not. */
const header = new RegExp(
  `^((?:\\u001b\\[[\\d;]*m|\\s)*)File(?:\\u001b\\[[\\d;]*m|\\s)+(.+?)${ansi}, line ${ansi}(\\d+)`,
);

const linkLine = (line: string, places: Places): string =>
  line.replace(header, (all: string, before: string, name: string, number: string) => {
    const ofDocument = places.filter(({ document }) => document === name);
    const place = ofDocument.find((frame) => frame.line === Number(number)) ?? ofDocument[0];
    if (!place) {
      return all;
    }
    const column = place.line === Number(number) && place.column !== null ? `,${place.column + 1}` : '';
    const href = escapeHtml(`${addressOf(place.uri)}#L${number}${column}`);
    return `${before}File \u001b[32m<a href='${href}'>${escapeHtml(name)}, line ${number}</a>\u001b[39m`;
  });

/** The output with its documents as links. */
export const linkOutput = (output: NotebookOutput, places: Places): NotebookOutput =>
  output.output_type === 'error' && places.length > 0
    ? {
        ...output,
        traceback: output.traceback.map((text) =>
          text
            .split('\n')
            .map((line) => linkLine(line, places))
            .join('\n'),
        ),
      }
    : output;
