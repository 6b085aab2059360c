import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  disassemble,
  formatInstruction,
  LinkError,
  type LinkedObject,
  linkObject,
} from '../../src/index.ts';
import { type ByteOrder, linkFixture, OBJECTS, parseFixture, smallTarget } from './fixtures.ts';

const EXPECTED = new URL('./expected/', import.meta.url);

function listing({ programs }: LinkedObject): string {
  return programs.map(({ name, code }) => `${name}:\n${disassemble(code)}`).join('\n');
}

describe('instructions after relocation', () => {
  // Written by libbpf: packages/backend-linux/test/core/relocation.test.ts.
  const expected = readdirSync(EXPECTED);

  test('every object but those that libbpf refuses, and the one with maps, has a file', () => {
    const own = OBJECTS.filter((name) => !/^refused|^maps|bpfeb/.test(name));
    expect(expected).toEqual(own.map((name) => `${name}.txt`));
    expect(own.length).toBeGreaterThanOrEqual(20);
  });

  test.each(expected)('%s', (file) => {
    const text = readFileSync(new URL(file, EXPECTED), 'utf8');
    expect(listing(linkFixture(file.replace('.bpfel.o.txt', '')))).toBe(
      text.trimEnd().concat('\n'),
    );
  });

  // The same instructions in the other byte order; only shifts of bit-fields are others.
  test.each(['field-resized', 'poisoned', 'enum64', 'stores', 'subprograms'])(
    '%s, big-endian',
    (name) => {
      expect(listing(linkFixture(name, 'bpfeb'))).toBe(listing(linkFixture(name)));
    },
  );

  test('beside references to maps and global variables', () => {
    const [program] = linkFixture('maps').programs;
    const text = program?.code.instructions.map((instruction) => formatInstruction(instruction));
    expect(text).toContain('r1 = *(u32 *)(r6 + 0x30)');
    expect(text?.filter((line) => line.includes('map'))).toHaveLength(4);
    expect(program?.coreFailures.map(({ path }) => path)).toEqual(['struct moved.dropped (0:2)']);
  });
});

describe('bit-fields', () => {
  /** Fields of struct bits in target.h, in order; what the programs read is the pattern of each. */
  const FIELDS = [
    { name: 'before', bits: 5, value: 0x15n },
    { name: 'low', bits: 7, value: 0x4bn },
    { name: 'negative', bits: 9, value: 0x1a3n },
    { name: 'across', bits: 11, value: 0x5c7n },
    { name: 'wide', bits: 40, value: 0xa1b2c3d4e5n },
    { name: 'wide_too', bits: 20, value: 0xfacedn },
  ] as const;
  /** `wide` does not fit after the first 32 bits: it begins with the next 64. */
  const START = { before: 0, low: 5, negative: 12, across: 21, wide: 64, wide_too: 104 } as const;

  /** The struct in memory: little-endian machines count bits from the least significant one. */
  function image(order: ByteOrder): Uint8Array {
    const bytes = new Uint8Array(32);
    for (const { name, bits, value } of FIELDS) {
      for (let bit = 0; bit < bits; bit++) {
        const at = START[name] + bit;
        const source = order === 'bpfel' ? bit : bits - 1 - bit;
        if (((value >> BigInt(source)) & 1n) === 0n) continue;
        const mask = order === 'bpfel' ? 1 << (at & 7) : 0x80 >> (at & 7);
        bytes[at >> 3] = (bytes[at >> 3] ?? 0) | mask;
      }
    }
    return bytes;
  }

  /** What the program finds out about a field: immediates of the relocated instructions, by kind. */
  function facts(order: ByteOrder, field: string): Map<number, bigint> {
    const spec = parseFixture('bit-fields', order);
    const program = field === 'wide_too' ? 'wide' : field;
    const { code } = linkFixture('bit-fields', order).programs.find(
      ({ name }) => name === program,
    ) as LinkedObject['programs'][number];
    const entry = spec.programs.find(({ name }) => name === program);
    const start = entry?.sectionOffset ?? 0;
    const index = ['low', 'negative', 'across', 'wide', 'wide_too'].indexOf(field);
    const found = new Map<number, bigint>();
    for (const { sectionOffset, access, kind } of spec.coreRelocations) {
      const slot = (sectionOffset - start) / 8;
      if (slot < 0 || slot >= code.indexOfSlot.length || access !== `0:${index}`) continue;
      const instruction = code.instructions[code.indexOfSlot[slot] ?? -1];
      if (instruction?.kind === 'alu' && instruction.source.kind === 'imm') {
        found.set(kind, BigInt(instruction.source.imm));
      }
    }
    return found;
  }

  test.each([
    ['bpfel', 'low'],
    ['bpfel', 'negative'],
    ['bpfel', 'across'],
    ['bpfel', 'wide'],
    ['bpfel', 'wide_too'],
    ['bpfeb', 'low'],
    ['bpfeb', 'negative'],
    ['bpfeb', 'across'],
    ['bpfeb', 'wide'],
    ['bpfeb', 'wide_too'],
  ] as const)('%s: the load and the shifts give the bits of %s', (order, field) => {
    const found = facts(order, field);
    const [offset = -1n, size = -1n] = [found.get(0), found.get(1)];
    const [left = -1n, right = -1n] = [found.get(4), found.get(5)];
    const bytes = image(order).slice(Number(offset), Number(offset + size));
    const digits = order === 'bpfel' ? [...bytes].reverse() : [...bytes];
    const loaded = digits.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const extracted = BigInt.asUintN(64, loaded << left) >> right;
    expect(extracted).toBe(FIELDS.find(({ name }) => name === field)?.value);
    expect(found.get(3)).toBe(field === 'negative' ? 1n : 0n);
  });
});

describe('relocations that fail', () => {
  test('are poisoned, and told with path, source line and reason', () => {
    const failures = linkFixture('poisoned').programs.flatMap(({ name, coreFailures }) =>
      coreFailures.map(({ slot, kind, path, line, reason }) => [
        `${name} ${slot}, line ${line?.line}: ${kind} of ${path}`,
        reason,
      ]),
    );
    const missing = (name: string): string => `struct moved of the target has no member ${name}`;
    const noColor = (name: string): string => `enum color of the target has no enumerator ${name}`;
    const nowhere = 'the target has no struct nowhere';
    expect(failures).toEqual([
      ['load 0, line 8: field_byte_offset of struct moved.dropped (0:0)', missing('dropped')],
      [
        'store 3, line 9: field_byte_offset of struct moved.dropped_wide (0:1)',
        missing('dropped_wide'),
      ],
      [
        'store_constant 1, line 10: field_byte_offset of struct moved.dropped (0:0)',
        missing('dropped'),
      ],
      [
        'add 0, line 11: field_byte_offset of struct moved.dropped_wide (0:1)',
        missing('dropped_wide'),
      ],
      ['address 1, line 12: field_byte_offset of struct nowhere.field (0:1)', nowhere],
      ['wide_constant 0, line 13: enumval_value of enum color::ENORMOUS', noColor('ENORMOUS')],
      ['constant 0, line 14: field_byte_size of struct nowhere.field (0:1)', nowhere],
      ['guarded 3, line 17: enumval_value of enum color::PURPLE', noColor('PURPLE')],
      [
        'guarded 8, line 20: field_byte_offset of struct moved.dropped_wide (0:1)',
        missing('dropped_wide'),
      ],
    ]);
  });

  test('in subprograms count slots of the whole program', () => {
    const { programs } = linkFixture('subprograms');
    const two = programs.find(({ name }) => name === 'two');
    const [failure] = two?.coreFailures ?? [];
    const holder = two?.functions.find(({ name }) => name === 'global_of');
    expect(failure?.path).toBe('struct moved.dropped (0:4)');
    expect(failure?.slot).toBeGreaterThan(holder?.slot ?? 1000);
    const poisoned = two?.code.instructions[two.code.indexOfSlot[failure?.slot ?? -1] ?? -1];
    expect(poisoned).toEqual({ kind: 'call-helper', helper: 0xbad2310 });
    expect(programs.find(({ name }) => name === 'one')?.coreFailures).toEqual([]);
  });

  test.each([
    [
      'refused-ambiguous',
      'load: instruction 0: CO-RE relocation, field_byte_offset of struct ambiguous.field (0:1): types 58 and 61 of the target disagree: the field is at bit 0 or 32',
    ],
    [
      'refused-ambiguous-size',
      'size: instruction 0: CO-RE relocation, type_size of struct ambiguous: types 58 and 61 of the target disagree: 4 or 8',
    ],
    [
      'refused-element-sign',
      'element: instruction 0: CO-RE relocation, field_signed of struct arrays.values[1] (0:0:1): field_signed cannot be asked of an array element',
    ],
    [
      'refused-nameless',
      'load: instruction 0: CO-RE relocation, field_byte_offset of struct <anonymous>.field (0:0): a type without a name (a struct) cannot be found',
    ],
    [
      'refused-unsigned-enum',
      'top: instruction 0: CO-RE relocation, enumval_value of enum unsigned_top::UNSIGNED_TOP: the instruction holds 4294967285 where 18446744073709551605 was expected (to become 18446744073709551600)',
    ],
  ])('%s: libbpf refuses the object, here the program does not link', (name, message) => {
    const { failures } = linkFixture(name);
    expect(failures.map((failure) => failure.message)).toEqual([message]);
    expect(() =>
      linkObject(parseFixture(name), {
        programs: failures.map(({ program }) => program ?? ''),
        targetBtf: smallTarget(),
      }),
    ).toThrow(LinkError);
  });
});

describe('without a target', () => {
  test('relocations are left and counted', () => {
    const [program] = linkObject(parseFixture('field-offset'), { targetBtf: null }).programs;
    expect(program?.unresolvedCoreRelocations).toBe(1);
    expect(program?.coreFailures).toEqual([]);
  });

  test('with one, none are', () => {
    for (const { unresolvedCoreRelocations } of linkFixture('field-offset').programs) {
      expect(unresolvedCoreRelocations).toBe(0);
    }
  });
});
