import type { TestRun } from './test-run.ts';

/** Runs in one call at most, so that no call holds the process for long. */
const MAX_CHUNK = 1 << 20;
/** Growth of a chunk from try to try. */
const GROWTH = 16;

/** What repeating one packet told. */
export interface Repetition {
  /** Negated errno of the call that failed; 0. */
  readonly error: number;
  /** Verdict of the last run. */
  readonly verdict: number;
  /** Nanoseconds per run, over the runs made in chunks of full size. */
  readonly nsPerRun: number;
  /** Runs per call that left verdict and packet length as a single run does. */
  readonly chunk: number;
}

/**
 * Runs the selected packet exactly `runs` times, in as few calls as are honest. The kernel does not
 * restore the packet between the runs of one call: a program that changes it (TTL, encapsulation)
 * would go on with its own output. So calls grow as long as the last run of a call ends with the
 * verdict and the packet length of a run on the fresh packet.
 *
 * @param maxChunk runs per call at most
 * @param worthwhile runs below which a repeating call takes longer than as many single ones
 */
export function repeatPacket(
  test: TestRun,
  fd: number,
  runs: number,
  maxChunk: number,
  worthwhile: number,
): Repetition {
  let error = test.call(fd, 1);
  let verdict = test.verdict;
  let length = test.packetSize;
  let left = runs - 1;
  let chunk = 1;
  let measuredNs = test.duration;
  let measuredRuns = 1;

  const largest = Math.min(maxChunk, MAX_CHUNK);
  while (error === 0 && largest >= worthwhile) {
    const next = Math.min(chunk * GROWTH, largest, left);
    if (next <= chunk) break;
    error = test.call(fd, next);
    left -= next;
    if (error !== 0) break;
    const ns = test.duration * next;
    if (test.verdict !== verdict || test.packetSize !== length) {
      if (left === 0) break;
      const after = { verdict: test.verdict, length: test.packetSize };
      error = test.call(fd, 1);
      left -= 1;
      verdict = test.verdict;
      length = test.packetSize;
      // Map state may have moved on (a rate limit): only the packet's own change forbids the chunk.
      if (verdict !== after.verdict || length !== after.length) break;
    }
    chunk = next;
    measuredNs = ns;
    measuredRuns = next;
  }
  const step = chunk < worthwhile ? 1 : chunk;
  while (error === 0 && left > 0) {
    const now = Math.min(step, left);
    error = test.call(fd, now);
    left -= now;
    verdict = test.verdict;
    if (now === chunk) {
      measuredNs += test.duration * now;
      measuredRuns += now;
    }
  }
  return { error, verdict, nsPerRun: measuredNs / measuredRuns, chunk };
}
