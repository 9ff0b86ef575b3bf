// One line for each step of the set-up: what is done, why, and how long it took.

/** @param {string} line */
const print = (line) => {
  process.stdout.write(`${line}\n`);
};

/** @param {number} milliseconds */
export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

/**
 * Says what is about to be done and why, does it, and says how long it took.
 * @template Result
 * @param {string} what
 * @param {string} why
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export const step = async (what, why, work) => {
  print(`- ${what} (${why}) ...`);
  const start = performance.now();
  const result = await work();
  print(`  done in ${seconds(performance.now() - start)}`);
  return result;
};

/** @param {string} text */
export const say = (text) => {
  print(text);
};
