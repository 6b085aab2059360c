import { expect, test } from 'vitest';
import {
  describeCoreRelocation,
  formatInstruction,
  linkObject,
  type ObjectSpec,
  parseBtf,
} from '../../src/index.ts';
import { buildBtf, type TypeInput } from '../btf/btf-builder.ts';
import { parseFixture, smallTarget } from './fixtures.ts';

const KIND = { INT: 1, PTR: 2, ARRAY: 3, STRUCT: 4, ENUM: 6, TYPEDEF: 8 };

function int(name: string, size: number, encoding = 0): TypeInput {
  return { name, kind: KIND.INT, sizeOrType: size, words: [(encoding << 24) | (size * 8)] };
}

/** @param members name, type id and bit offset of each */
function struct(
  name: string,
  size: number,
  members: readonly (readonly [string, number, number])[],
): TypeInput {
  return { name, kind: KIND.STRUCT, vlen: members.length, sizeOrType: size, words: members.flat() };
}

function target(...types: readonly TypeInput[]): ReturnType<typeof parseBtf> {
  return parseBtf(buildBtf(types));
}

/** The first instruction of a program of a fixture, for that target. */
function first(fixture: string, program: string, types: readonly TypeInput[]): string {
  const linked = linkObject(parseFixture(fixture), {
    targetBtf: target(...types),
    programs: [program],
  });
  const [instruction] = linked.programs[0]?.code.instructions ?? [];
  return instruction === undefined ? '' : formatInstruction(instruction);
}

test('a pointer of a 32-bit target is read in 32 bits', () => {
  const pointer = { kind: KIND.PTR, sizeOrType: 0 };
  const resized = struct('resized', 12, [['pointer', 2, 64]]);
  expect(first('field-resized', 'pointer', [int('long', 4, 1), pointer, resized])).toBe(
    'r0 = *(u32 *)(r1 + 0x8)',
  );
  expect(first('field-resized', 'pointer', [int('long', 8, 1), pointer, resized])).toBe(
    'r0 = *(u64 *)(r1 + 0x8)',
  );
});

test.each([
  ['unsigned, narrower', int('u8', 1), 'r0 = *(u8 *)(r1 + 0x4)'],
  ['unsigned, wider', int('u64', 8), 'r0 = *(u64 *)(r1 + 0x4)'],
  ['signed, of the same size', int('int', 4, 1), 'r0 = *(u32 *)(r1 + 0x4)'],
  ['signed, narrower', int('s8', 1, 1), 'call 0xbad2310'],
])('a load of an unsigned field that became %s', (_, type, expected) => {
  expect(first('field-resized', 'grown', [type, struct('resized', 16, [['grown', 1, 32]])])).toBe(
    expected,
  );
});

test('a field too far away for a load fails the program; its size does not matter then', () => {
  const far = struct('resized', 70_000, [['grown', 1, 0x8000 * 8]]);
  expect(() => first('field-resized', 'grown', [int('u32', 4), far])).toThrow(
    'field_byte_offset of struct resized.grown (0:0): offset 32768 does not fit into a load or store',
  );
});

test('an access cannot become one of an odd size', () => {
  const odd = struct('resized', 16, [['grown', 1, 0]]);
  expect(() => first('field-resized', 'grown', [int('u24', 3), odd])).toThrow(
    'an access cannot change from 4 to 3 bytes',
  );
});

test('a target without types of the program: all that can be asked is answered with no', () => {
  const { programs, failures } = linkObject(parseFixture('type-exists'), {
    targetBtf: target(int('int', 4, 1)),
  });
  expect(failures).toEqual([]);
  expect(programs.flatMap(({ coreFailures }) => coreFailures)).toEqual([]);
});

// Each holds the next twice: what is looked for would be looked for 2^60 times.
test('anonymous structs that hold each other many times over are looked through once', () => {
  const chain = Array.from({ length: 60 }, (_, level) =>
    struct('', 8, [
      ['', level + 3, 0],
      ['', level + 3, 0],
    ]),
  );
  const types = [
    struct('moved', 8, [['', 2, 0]]),
    ...chain,
    struct('', 4, [['x', 63, 0]]),
    int('u32', 4),
  ];
  expect(first('field-offset', 'load', types)).toBe('call 0xbad2310');
});

test('anonymous structs that hold themselves lack what is looked for', () => {
  expect(first('field-offset', 'load', [struct('moved', 8, [['', 1, 0]])])).toBe('call 0xbad2310');
});

// Types of the program and of the target alike: each holds the next twice, by two names.
test('types that would be compared 2^30 times end in a typed error', () => {
  const levels = 30;
  const chain = Array.from({ length: levels }, (_, level) =>
    struct('moved', 8, [
      ['a', level + 2, 0],
      ['b', level + 2, 0],
    ]),
  );
  const btf = target(...chain, int('int', 4, 1));
  const spec = parseFixture('type-matches');
  const [record] = spec.coreRelocations;
  const deep = { ...spec, btf, coreRelocations: [{ ...record, typeId: 1 }] } as ObjectSpec;
  const { failures } = linkObject(deep, { targetBtf: btf });
  expect(failures[0]?.message).toMatch(/takes more than \d+ comparisons/);
}, 60_000);

test('typedefs in a circle end in a typed error', () => {
  const circle = { name: 'circle', kind: KIND.TYPEDEF, sizeOrType: 2 };
  expect(() =>
    first('field-offset', 'load', [struct('moved', 8, [['first', 2, 0]]), circle]),
  ).toThrow('leads through more than 32');
});

test.each([
  [{ kind: 99 }, 'there is no such kind of relocation'],
  [{ typeId: 4_000_000 }, 'there is no such type'],
  [{ access: '' }, 'is no list of at most 64 indices'],
  [{ access: '0:' }, 'is no list of at most 64 indices'],
  [{ access: '0:-1' }, 'is no list of at most 64 indices'],
  [{ access: '0'.concat(':0'.repeat(64)) }, 'is no list of at most 64 indices'],
  [{ access: '0:9' }, 'has no member 9'],
  [{ access: '0:0:0' }, 'a int'],
  [{ access: '2147483647:0' }, 'more than 512 MB'],
  [{ sectionOffset: 4 }, 'between two instructions'],
  [{ sectionOffset: 8 }, 'opcode 0x95 cannot be relocated'],
  [{ access: '0:1' }, 'the instruction holds 0 where 8 was expected'],
  [{ kind: 7, access: '0:0' }, 'access string "0:0" of a type'],
  [{ kind: 10 }, 'names no enumerator'],
] as const)('a relocation record with %j', (change, reason) => {
  const spec = parseFixture('field-offset');
  const [record] = spec.coreRelocations;
  const broken = { ...spec, coreRelocations: [{ ...record, ...change }] } as ObjectSpec;
  const { failures } = linkObject(broken, { targetBtf: smallTarget() });
  expect(failures[0]?.message).toContain(reason);
  expect(failures[0]?.message).toMatch(/^load: instruction [01]: CO-RE relocation, /);
  expect(failures).toHaveLength(1);
});

test('relocations are described as C writes them', () => {
  const texts = ['field-offset', 'arrays', 'anonymous', 'enum-values', 'type-roots'].flatMap(
    (name) => {
      const { btf, coreRelocations } = parseFixture(name);
      return btf === null
        ? []
        : coreRelocations.map((record) => describeCoreRelocation(btf, record));
    },
  );
  expect(texts).toEqual(
    expect.arrayContaining([
      'struct moved.nested.b (0:2:1)',
      'struct moved[3].second (3:1)',
      'struct arrays.tail[5].b (0:5:5:1)',
      'struct anonymous.deep (0:0:0:0)',
      'enum color::RED',
      'enum color___mine::BLUE___mine',
      'anon_typedef.x (0:2)',
      'union overlay.high (0:0)',
      'moved_t',
    ]),
  );
});
