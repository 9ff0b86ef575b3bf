// Targets in one form.
import type { Target } from './benchmark.ts';

export const atMost = (wanted: string, found: number, limit: number, unit = ''): Target => ({
  wanted,
  found: `${found.toFixed(2)}${unit}`,
  met: found <= limit,
});

export const atLeast = (wanted: string, found: number, limit: number, unit = ''): Target => ({
  wanted,
  found: `${found.toFixed(2)}${unit}`,
  met: found >= limit,
});
