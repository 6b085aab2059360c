import benny from 'benny';

/** One thing to time. */
export interface RoundCase {
  readonly name: string;
  /**
   * Called three times per round: benny calls it once to learn its type and once to test it, and
   * times the third call. Must not throw; returns a number that depends on the work done.
   */
  run(): number;
}

/**
 * One round under benny: every case is timed once, in the order given. The only file that knows
 * benny.
 *
 * @returns seconds of the timed call of each case, in the same order
 */
export async function runRound(name: string, cases: readonly RoundCase[]): Promise<number[]> {
  const summary = await silently(() =>
    benny.suite(
      name,
      ...cases.map((each) => benny.add(each.name, () => each.run())),
      // One sample of one call: a negative maximum ends a case as soon as it has `minSamples`, and
      // a minimum of 0 would stand for benny's default.
      benny.configure({
        cases: { minSamples: 1, initCount: 1, minTime: 1e-9, maxTime: -1, delay: 0 },
      }),
    ),
  );
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
