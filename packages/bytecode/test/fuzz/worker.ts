// Runs inputs until it is told to stop; the number of the current run stands in shared memory, so that
// whoever watches knows which input hangs or uses up the memory.
import { parentPort, workerData } from 'node:worker_threads';
import { fuzzOnce } from './run.ts';

export interface WorkerInput {
  readonly seed: number;
  readonly first: number;
  /** ms since the epoch. */
  readonly deadline: number;
  /** Runs at most. */
  readonly runs: number;
  /** [0]: current run. */
  readonly progress: Int32Array;
}

export interface WorkerReport {
  /** First run that was not done. */
  readonly next: number;
  readonly slowest: number;
  readonly counts: Readonly<Record<string, { accepted: number; refused: number }>>;
  readonly finding: { readonly run: number; readonly what: string } | null;
}

const { seed, first, deadline, runs, progress } = workerData as WorkerInput;
const counts: Record<string, { accepted: number; refused: number }> = {};
let slowest = 0;
let finding: WorkerReport['finding'] = null;
let run = first;
for (; run < first + runs && Date.now() < deadline && finding === null; run++) {
  Atomics.store(progress, 0, run);
  const done = fuzzOnce(seed, run);
  slowest = Math.max(slowest, done.time);
  counts[done.target] ??= { accepted: 0, refused: 0 };
  (counts[done.target] as { accepted: number; refused: number })[done.outcome]++;
  if (done.finding !== null) {
    const what = done.finding instanceof Error ? done.finding.stack : String(done.finding);
    finding = { run, what: what ?? 'an error without a stack' };
  }
}
parentPort?.postMessage({ next: run, slowest, counts, finding } satisfies WorkerReport);
