// Mutates objects, types, relocations and classic programs, and feeds them to @anybpf/bytecode.
//
//     node scripts/fuzz.ts [--seconds 60] [--runs N] [--seed S] [--first RUN]
//
// Only errors of the AnyBpfError family may come of it, none after more than a second or with more
// than 512 MB. Exit status: 0 good, 1 a finding, whose input is kept in a temporary folder (its name is
// printed; the same seed and `--first RUN --runs 1` make it again), 2 wrong arguments.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { inputOf, TIME_LIMIT } from '../packages/bytecode/test/fuzz/run.ts';
import type { WorkerInput, WorkerReport } from '../packages/bytecode/test/fuzz/worker.ts';

const WORKER = new URL('../packages/bytecode/test/fuzz/worker.ts', import.meta.url);
const MEMORY_LIMIT_MB = 512;
/** What else the process holds: the engine, the corpus, this thread. */
const OVERHEAD_MB = 256;
/** No progress for that long is a hang, however busy the machine, ms. */
const HANG = 20 * TIME_LIMIT;
const LOOK_EVERY = 100;

interface Finding {
  readonly run: number;
  readonly what: string;
}

function argument(name: 'seconds' | 'runs' | 'seed' | 'first', text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  process.stderr.write(`--${name} ${text} is no number\n`);
  process.exit(2);
}

/** Runs in a thread of its own, which is stopped where it hangs or grows. */
function watch(input: WorkerInput): Promise<WorkerReport | Finding> {
  const worker = new Worker(WORKER, {
    workerData: input,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
  });
  let last = { run: -1, since: Date.now() };
  return new Promise((resolve) => {
    const stop = (what: string): void => {
      clearInterval(timer);
      resolve({ run: Atomics.load(input.progress, 0), what });
      void worker.terminate();
    };
    const timer = setInterval(() => {
      const run = Atomics.load(input.progress, 0);
      if (run !== last.run) last = { run, since: Date.now() };
      else if (Date.now() - last.since > HANG) stop(`no end after ${HANG} ms`);
      const used = Math.round(process.memoryUsage.rss() / 2 ** 20);
      if (used > MEMORY_LIMIT_MB + OVERHEAD_MB) stop(`the process has grown to ${used} MB`);
    }, LOOK_EVERY);
    worker.on('message', (report: WorkerReport) => {
      clearInterval(timer);
      resolve(report);
    });
    worker.on('error', (error) => stop(String(error)));
  });
}

function keep(seed: number, { run, what }: Finding): void {
  const { target, input } = inputOf(seed, run);
  const folder = mkdtempSync(join(tmpdir(), 'anybpf-fuzz-'));
  for (const [name, bytes] of Object.entries(input.files)) {
    writeFileSync(join(folder, name), bytes);
  }
  process.stderr.write(
    `FOUND by ${target}, run ${run} of seed ${seed}: ${what}\n` +
      `the input is in ${folder}; again: npm run fuzz -- --seed ${seed} --first ${run} --runs 1\n`,
  );
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    runs: { type: 'string', default: String(2 ** 31 - 1) },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    first: { type: 'string', default: '0' },
  },
});
const seed = argument('seed', values.seed);
const seconds = argument('seconds', values.seconds);
process.stdout.write(`seed ${seed}, for ${seconds} s at most\n`);
const outcome = await watch({
  seed,
  first: argument('first', values.first),
  runs: argument('runs', values.runs),
  deadline: Date.now() + seconds * 1000,
  progress: new Int32Array(new SharedArrayBuffer(4)),
});
if ('counts' in outcome) {
  for (const [target, { accepted, refused }] of Object.entries(outcome.counts)) {
    process.stdout.write(`${target.padEnd(16)} ${accepted} accepted, ${refused} refused\n`);
  }
  process.stdout.write(`${outcome.next} inputs, slowest ${outcome.slowest.toFixed(1)} ms\n`);
}
const found = 'counts' in outcome ? outcome.finding : outcome;
if (found !== null) {
  keep(seed, found);
  process.exitCode = 1;
}
