import { expect, test } from 'vitest';
import { fuzzOnce, inputOf } from './run.ts';
import { TARGETS } from './targets.ts';

const runs = Number(process.env['ANYBPF_FUZZ_RUNS'] ?? 3000);
const seed = Number(process.env['ANYBPF_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

test(
  `mutated input meets typed errors only (ANYBPF_FUZZ_SEED=${seed} ANYBPF_FUZZ_RUNS=${runs})`,
  () => {
    const outcomes = new Map(TARGETS.map(({ name }) => [name, { accepted: 0, refused: 0 }]));
    for (let run = 0; run < runs; run++) {
      const { target, outcome, finding } = fuzzOnce(seed, run);
      if (finding !== null) {
        throw new Error(`run ${run} of seed ${seed}, ${target}`, { cause: finding });
      }
      const counts = outcomes.get(target);
      if (counts !== undefined) counts[outcome]++;
    }
    // The mutations must reach both outcomes of every target, else the test proves nothing.
    for (const [target, { accepted, refused }] of outcomes) {
      expect(accepted, `${target} accepted`).toBeGreaterThan(runs / TARGETS.length / 20);
      expect(refused, `${target} refused`).toBeGreaterThan(runs / TARGETS.length / 20);
    }
  },
  Math.max(60_000, runs * 20),
);

test('a seed and a run make the same input again', () => {
  for (let run = 0; run < 4 * TARGETS.length; run++) {
    const [one, other] = [inputOf(7, run), inputOf(7, run)];
    expect(other.target).toBe(one.target);
    expect(other.input.files).toEqual(one.input.files);
  }
});
