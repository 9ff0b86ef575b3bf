// Random choices that come again by their seed.

export interface Random {
  /** A whole number from 0 up to below `limit`. */
  below(limit: number): number;
  /** One of them. */
  pick<T>(choices: readonly T[]): T;
  bytes(length: number): Buffer;
}

/** mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c; the same numbers for the same seed. */
export const seeded = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return {
    below,
    pick: (choices) => {
      const choice = choices[below(choices.length)];
      if (choice === undefined) {
        throw new RangeError('nothing to choose from');
      }
      return choice;
    },
    bytes: (length) => {
      const words = Uint32Array.from({ length: Math.ceil(length / 4) }, next);
      return Buffer.from(words.buffer, 0, length);
    },
  };
};

/** The seed that the environment gives, for a failure to come again; else the given one. */
export const seedOr = (usual: number): number => Number(process.env['CODE_INTERPRETER_TEST_SEED'] ?? usual);
