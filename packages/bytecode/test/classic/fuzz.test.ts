import { expect, test } from 'vitest';
import {
  AnyBpfError,
  type ClassicProgram,
  convertClassic,
  decodeClassic,
  disassembleClassic,
  encodeClassic,
  formatDdd,
  parseDd,
  parseDdd,
  validate,
} from '../../src/index.ts';
import { mutant, Random } from '../object/mutate.ts';
import { VECTORS } from './vectors.ts';

const runs = Number(process.env['ANYBPF_FUZZ_RUNS'] ?? 5000);
const seed = Number(process.env['ANYBPF_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Above this a mutated program counts as a hang, ms. */
const LIMIT = 10_000;

test(
  `mutated programs meet typed errors only (ANYBPF_FUZZ_SEED=${seed} ANYBPF_FUZZ_RUNS=${runs})`,
  () => {
    const texts = VECTORS.map(({ ddd }) => new TextEncoder().encode(ddd));
    const programs = VECTORS.map(({ ddd }) => encodeClassic(parseDdd(ddd)));
    const random = new Random(seed);
    const outcomes = { converted: 0, refused: 0 };
    let slowest = 0;
    for (let run = 0; run < runs; run++) {
      const isText = run % 2 === 0;
      const bytes = mutant(random, isText ? texts : programs);
      const start = performance.now();
      try {
        const program = isText ? read(new TextDecoder().decode(bytes), random) : decode(bytes);
        disassembleClassic(program);
        expect(parseDdd(formatDdd(program))).toEqual(program);
        for (const flavour of ['socket_filter', 'xdp'] as const) {
          expect(validate(convertClassic(program, { flavour }))).toEqual([]);
        }
        outcomes.converted++;
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
    expect(outcomes.converted).toBeGreaterThan(runs / 20);
    process.stdout.write(
      `fuzz seed ${seed}: ${JSON.stringify(outcomes)}, slowest ${slowest.toFixed(1)} ms\n`,
    );
  },
  Math.max(60_000, runs * 10),
);

function read(text: string, random: Random): ClassicProgram {
  return random.below(8) === 0 ? parseDd(text) : parseDdd(text);
}

/** Whole instructions, which a cut would else leave few of. */
function decode(bytes: Uint8Array): ClassicProgram {
  return decodeClassic(bytes.subarray(0, bytes.length & ~7));
}
