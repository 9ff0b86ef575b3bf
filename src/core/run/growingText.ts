// Text that grows by a million small pieces without keeping each of them.

export interface GrowingText {
  append(piece: string): void;
  /** All that was appended; costs nothing until its characters are looked at. */
  readonly text: string;
}

const piecesAtOnce = 1024;

/**
 * Makes an empty text. `+=` alone keeps each piece and a node above it until somebody reads the text, 64 bytes or more for each:
 * here they are joined now and then.
 */
export const growingText = (): GrowingText => {
  let settled = '';
  let recent = '';
  let pieces: string[] = [];
  return {
    append: (piece) => {
      recent += piece;
      if (pieces.push(piece) >= piecesAtOnce) {
        settled += pieces.join('');
        recent = '';
        pieces = [];
      }
    },
    get text() {
      return settled + recent;
    },
  };
};
