import { InternalError } from '@anybpf/bytecode';
import benny from 'benny';

/** One thing to time. */
export interface RoundCase {
  readonly name: string;
  /** Called once per round. Must not throw; returns a number that depends on the work done. */
  run(): number;
}

/** benny calls a case once to learn its type and once to test it before the call that it times. */
const UNTIMED_CALLS = 2;

/**
 * One round under benny: every case is timed once, in the order given. The only file that knows
 * benny.
 *
 * @returns seconds of the timed call of each case, in the same order
 */
export async function runRound(name: string, cases: readonly RoundCase[]): Promise<number[]> {
  const calls = cases.map(() => 0);
  const summary = await silently(() =>
    benny.suite(
      name,
      ...cases.map((each, i) =>
        benny.add(each.name, () => {
          const call = calls[i] ?? 0;
          calls[i] = call + 1;
          return call < UNTIMED_CALLS ? 0 : each.run();
        }),
      ),
      // One sample of one call: a negative maximum ends a case as soon as it has `minSamples`, and
      // a minimum of 0 would stand for benny's default.
      benny.configure({
        cases: { minSamples: 1, initCount: 1, minTime: 1e-9, maxTime: -1, delay: 0 },
      }),
    ),
  );
  if (calls.some((count) => count !== UNTIMED_CALLS + 1)) {
    throw new InternalError(`benny called its cases ${calls.join(', ')} times`);
  }
  return summary.results.map(({ details }) => details.median);
}

/** benny announces each suite on stdout, where the report alone has to be. */
async function silently<T>(action: () => Promise<T>): Promise<T> {
  const target = globalThis.console;
  const announce = target.log;
  target.log = () => {};
  try {
    return await action();
  } finally {
    target.log = announce;
  }
}
