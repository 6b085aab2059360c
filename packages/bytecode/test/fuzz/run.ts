import { AnyBpfError } from '../../src/index.ts';
import { Random } from '../object/mutate.ts';
import type { FuzzInput, Outcome } from './target.ts';
import { TARGETS } from './targets.ts';

/** Above this an input counts as a hang, ms. */
export const TIME_LIMIT = 1000;

/** One input and what came of it. */
export interface FuzzRun {
  readonly target: string;
  readonly input: FuzzInput;
  readonly outcome: Outcome;
  /** Of the input alone, not of making it, ms. */
  readonly time: number;
  /** What was thrown and must not be, or how long it took; null where all is well. */
  readonly finding: unknown;
}

/** The input of a run: it depends on the seed and the number of the run alone. */
export function inputOf(
  seed: number,
  run: number,
): { readonly target: string; readonly input: FuzzInput } {
  const target = TARGETS[run % TARGETS.length];
  if (target === undefined) throw new Error('there are no targets');
  const random = new Random(Math.imul(seed ^ Math.imul(run, 0x9e3779b1), 0x85ebca6b) ^ run);
  return { target: target.name, input: target.input(random) };
}

export function fuzzOnce(seed: number, run: number): FuzzRun {
  const { target, input } = inputOf(seed, run);
  const first = attempt(input);
  // A busy machine is no finding: what is slow is so twice.
  const slow = first.time > TIME_LIMIT && attempt(input).time > TIME_LIMIT;
  const finding = first.finding ?? (slow ? `took ${first.time.toFixed(0)} ms` : null);
  return { target, input, outcome: first.outcome, time: first.time, finding };
}

function attempt({ run }: FuzzInput): Pick<FuzzRun, 'outcome' | 'time' | 'finding'> {
  const start = performance.now();
  try {
    run();
  } catch (error) {
    const time = performance.now() - start;
    return { outcome: 'refused', time, finding: error instanceof AnyBpfError ? null : error };
  }
  return { outcome: 'accepted', time: performance.now() - start, finding: null };
}
