// What is told of a series of measurements.

/** The value below which `share` (0 to 1) of the samples lie, interpolated between neighbours; NaN without samples. */
export const quantile = (samples: readonly number[], share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? NaN;
  const high = sorted[Math.ceil(position)] ?? NaN;
  return low + (high - low) * (position - Math.floor(position));
};

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);
