import { expect, test } from 'vitest';
import {
  AnyBpfError,
  type Btf,
  describe,
  formatC,
  formatJson,
  formatRaw,
  parseBtf,
  parseObject,
  sameShape,
} from '../../src/index.ts';
import { allFixtures } from '../object/fixtures.ts';
import { Random } from '../object/mutate.ts';

const runs = Number(process.env['ANYBPF_FUZZ_RUNS'] ?? 1000);
const seed = Number(process.env['ANYBPF_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Above this a mutated input counts as a hang, ms. */
const LIMIT = 10_000;

/** Values of types that break loops and sums: small ids make cycles, large counts fill memories. */
const EDGES = [0, 1, 2, 3, 5, 8, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

/**
 * Sizes and references become ids of other types, edges or any number; seldom any byte at all, which
 * most often breaks the rest.
 */
function mutate(random: Random, original: Btf): Uint8Array {
  const bytes = original.bytes.slice();
  const view = new DataView(bytes.buffer);
  const little = original.endianness === 'little';
  const types = original.byteOffset(1) + view.getUint32(12, little);
  for (let left = 1 + random.below(8); left > 0; left--) {
    const id = 1 + random.below(original.typeCount - 1);
    const start = original.byteOffset(id);
    const end = id + 1 < original.typeCount ? original.byteOffset(id + 1) : types;
    // The size or type, or a word of what follows; names and counts are left for the bytes.
    const at = start + 8 + 4 * random.below((end - start - 8) >> 2);
    const value =
      random.below(4) === 0 ? random.of(EDGES) : random.below(Math.max(2, original.typeCount));
    if (random.below(20) === 0) bytes[random.below(bytes.length)] = random.below(256);
    else view.setUint32(at, value, little);
  }
  return bytes;
}

/** Everything that can be asked of a BTF; each part may refuse on its own. */
function useAll(btf: Btf, random: Random, outcomes: Record<string, number>): void {
  const attempt = (what: string, work: () => void): void => {
    try {
      work();
      outcomes[what] = (outcomes[what] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof AnyBpfError)) throw error;
      outcomes[`${what} refused`] = (outcomes[`${what} refused`] ?? 0) + 1;
    }
  };
  attempt('c', () => formatC(btf));
  attempt('raw', () => formatRaw(btf));
  attempt('json', () => JSON.parse(formatJson(btf)));
  attempt('names', () => btf.idsByEssentialName(btf.name(random.below(btf.typeCount))));
  for (let id = 0; id < btf.typeCount; id++) {
    attempt('codec', () => {
      const codec = describe(btf, id, { enums: 'name', missing: 'zero' });
      if (codec.size > 1 << 16) return;
      const value = codec.decode(new Uint8Array(codec.size).fill(random.below(256)));
      codec.encode(value);
    });
    attempt('shape', () => sameShape(btf, id, btf, random.below(btf.typeCount)));
  }
}

test(
  `mutated BTF meets typed errors only (ANYBPF_FUZZ_SEED=${seed} ANYBPF_FUZZ_RUNS=${runs})`,
  () => {
    const corpus = allFixtures().flatMap((bytes) => parseObject(bytes).btf ?? []);
    const random = new Random(seed);
    const outcomes: Record<string, number> = {};
    let slowest = 0;
    for (let run = 0; run < runs; run++) {
      const bytes = mutate(random, random.of(corpus));
      const start = performance.now();
      try {
        useAll(parseBtf(bytes), random, outcomes);
      } catch (error) {
        if (!(error instanceof AnyBpfError)) {
          throw new Error(`run ${run} of seed ${seed}`, { cause: error });
        }
        outcomes['refused'] = (outcomes['refused'] ?? 0) + 1;
      }
      slowest = Math.max(slowest, performance.now() - start);
    }
    expect(slowest).toBeLessThan(LIMIT);
    // The mutations must reach every stage, else the test proves nothing.
    for (const stage of ['c', 'c refused', 'raw', 'codec', 'codec refused', 'refused']) {
      expect(outcomes[stage], stage).toBeGreaterThan(runs / 50);
    }
    process.stdout.write(
      `fuzz seed ${seed}: ${JSON.stringify(outcomes)}, slowest ${slowest.toFixed(1)} ms\n`,
    );
  },
  Math.max(120_000, runs * 60),
);
