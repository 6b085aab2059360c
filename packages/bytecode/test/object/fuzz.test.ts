import { expect, test } from 'vitest';
import { AnyBpfError, instructionCounts, linkObject, parseObject } from '../../src/index.ts';
import { allFixtures } from './fixtures.ts';
import { mutant, Random } from './mutate.ts';

const runs = Number(process.env['ANYBPF_FUZZ_RUNS'] ?? 5000);
const seed = Number(process.env['ANYBPF_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Above this a mutated object counts as a hang, ms. */
const LIMIT = 1000;

test(
  `mutated objects meet typed errors only (ANYBPF_FUZZ_SEED=${seed} ANYBPF_FUZZ_RUNS=${runs})`,
  () => {
    const corpus = allFixtures();
    const random = new Random(seed);
    const outcomes = { parsed: 0, linked: 0, refused: 0 };
    let slowest = 0;
    for (let run = 0; run < runs; run++) {
      const bytes = mutant(random, corpus);
      const start = performance.now();
      try {
        const spec = parseObject(bytes);
        outcomes.parsed++;
        instructionCounts(spec);
        outcomes.linked += linkObject(spec).programs.length > 0 ? 1 : 0;
      } catch (error) {
        if (!(error instanceof AnyBpfError)) {
          throw new Error(`run ${run} of seed ${seed}`, { cause: error });
        }
        outcomes.refused++;
      }
      slowest = Math.max(slowest, performance.now() - start);
    }
    expect(slowest).toBeLessThan(LIMIT);
    // The mutations must reach every stage, else the test proves nothing.
    expect(outcomes.refused).toBeGreaterThan(runs / 20);
    expect(outcomes.linked).toBeGreaterThan(runs / 20);
    process.stdout.write(
      `fuzz seed ${seed}: ${JSON.stringify(outcomes)}, slowest ${slowest.toFixed(1)} ms\n`,
    );
  },
  Math.max(60_000, runs * 10),
);
