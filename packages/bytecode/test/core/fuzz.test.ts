import { expect, test } from 'vitest';
import {
  AnyBpfError,
  type Btf,
  type CoreRelocationSpec,
  linkObject,
  type ObjectSpec,
  parseBtf,
  parseObject,
} from '../../src/index.ts';
import { mutant, Random } from '../object/mutate.ts';
import { OBJECTS, readFixture } from './fixtures.ts';

const runs = Number(process.env['ANYBPF_FUZZ_RUNS'] ?? 5000);
const seed = Number(process.env['ANYBPF_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Above this an input counts as a hang, ms. */
const LIMIT = 10_000;

const ACCESS = [
  '',
  '0',
  '0:0',
  '0:1',
  '0:2:1',
  '1:0',
  '0:0:0:0',
  '4294967295',
  '9:9',
  ':',
  '0:7:3',
];

/** The records of an object with one to three of them changed. */
function mutateRecords(spec: ObjectSpec, random: Random): readonly CoreRelocationSpec[] {
  const records = [...spec.coreRelocations];
  for (let left = 1 + random.below(3); left > 0 && records.length > 0; left--) {
    const at = random.below(records.length);
    const record = records[at] as CoreRelocationSpec;
    const change: Partial<CoreRelocationSpec> = random.of([
      { kind: random.below(15) },
      { typeId: random.below((spec.btf?.typeCount ?? 0) + 2) },
      { access: random.of(ACCESS) },
      { sectionOffset: 8 * random.below(64) },
      { sectionOffset: random.below(512) },
      random.of(records),
    ]);
    records[at] = { ...record, ...change };
  }
  return records;
}

/** Types whose bytes were mutated where they still parse, else as they are. */
function mutateTypes(btf: Btf, random: Random): Btf {
  try {
    return parseBtf(mutant(random, [btf.bytes]));
  } catch (error) {
    if (error instanceof AnyBpfError) return btf;
    throw error;
  }
}

test(
  `mutated CO-RE records and types meet typed errors only (ANYBPF_FUZZ_SEED=${seed} ANYBPF_FUZZ_RUNS=${runs})`,
  () => {
    const random = new Random(seed);
    const specs = OBJECTS.map((name) => parseObject(readFixture(name)));
    const targets = [
      parseBtf(readFixture('target.bpfel.btf')),
      parseBtf(readFixture('target.bpfeb.btf')),
    ];
    const outcomes = { resolved: 0, poisoned: 0, refused: 0, otherTypes: 0 };
    let slowest = 0;
    for (let run = 0; run < runs; run++) {
      const spec = random.of(specs);
      const plain = random.of(targets);
      const input = {
        ...spec,
        btf: spec.btf !== null && random.below(2) === 0 ? mutateTypes(spec.btf, random) : spec.btf,
        coreRelocations: random.below(3) === 0 ? spec.coreRelocations : mutateRecords(spec, random),
      };
      const targetBtf = random.below(3) === 0 ? plain : mutateTypes(plain, random);
      if (targetBtf !== plain) outcomes.otherTypes++;
      const start = performance.now();
      try {
        const { programs, failures } = linkObject(input, { targetBtf });
        if (failures.length > 0) outcomes.refused++;
        else if (programs.some(({ coreFailures }) => coreFailures.length > 0)) outcomes.poisoned++;
        else outcomes.resolved++;
      } catch (error) {
        if (!(error instanceof AnyBpfError)) {
          throw new Error(`run ${run} of seed ${seed}`, { cause: error });
        }
        outcomes.refused++;
      }
      slowest = Math.max(slowest, performance.now() - start);
    }
    expect(slowest).toBeLessThan(LIMIT);
    // The mutations must reach every outcome, else the test proves nothing.
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(runs / 50);
    process.stdout.write(
      `CO-RE fuzz seed ${seed}: ${JSON.stringify(outcomes)}, slowest ${slowest.toFixed(1)} ms\n`,
    );
  },
  Math.max(60_000, runs * 10),
);
