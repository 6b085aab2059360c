import type { Spread } from './report.ts';

/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** null of nothing. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}

/**
 * How many times faster the second series is, sample by sample: what drifts over a run (clock
 * frequency, neighbours) hits both samples of a round and cancels out.
 *
 * @param slow,fast ns of the same rounds in the same order
 */
export function pairedRatio(slow: readonly number[], fast: readonly number[]): number {
  const rounds = Math.min(slow.length, fast.length);
  return median(
    Array.from({ length: rounds }, (_, i) => (slow[i] ?? Number.NaN) / (fast[i] ?? Number.NaN)),
  );
}
