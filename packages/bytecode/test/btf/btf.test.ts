import { describe, expect, test } from 'vitest';
import {
  type Btf,
  ObjectFormatError,
  parseBtf,
  sizeOfType,
  skipModifiers,
} from '../../src/index.ts';
import { buildBtf, type TypeInput } from './btf-builder.ts';

/** One of each kind; ids as in the comments. */
const EVERY_KIND: readonly TypeInput[] = [
  { name: 'int', kind: 1, sizeOrType: 4, words: [(1 << 24) | 32] }, // 1
  { kind: 2, sizeOrType: 1 }, // 2 ptr
  { kind: 3, words: [1, 1, 5] }, // 3 array
  { name: 'point', kind: 4, vlen: 2, sizeOrType: 8, words: ['x', 1, 0, 'y', 1, 32] }, // 4
  { name: 'either', kind: 5, vlen: 1, sizeOrType: 4, words: ['a', 1, 0] }, // 5
  { name: 'colour', kind: 6, vlen: 2, flag: true, sizeOrType: 4, words: ['red', 0, 'none', -1] }, // 6
  { name: 'later', kind: 7, flag: true }, // 7 fwd of a union
  { name: 'word', kind: 8, sizeOrType: 1 }, // 8 typedef
  { kind: 9, sizeOrType: 8 }, // 9 volatile
  { kind: 10, sizeOrType: 9 }, // 10 const
  { kind: 11, sizeOrType: 2 }, // 11 restrict
  { name: 'work', kind: 12, vlen: 1, sizeOrType: 13 }, // 12 global func
  { kind: 13, vlen: 2, sizeOrType: 1, words: ['ctx', 2, '', 0] }, // 13 func-proto with ...
  { name: 'count', kind: 14, sizeOrType: 10, words: [1] }, // 14 var
  { name: '.data', kind: 15, vlen: 1, sizeOrType: 4, words: [14, 0, 4] }, // 15
  { name: 'double', kind: 16, sizeOrType: 8 }, // 16
  { name: 'tag', kind: 17, sizeOrType: 4, words: [-1] }, // 17 decl-tag
  { name: 'user', kind: 18, sizeOrType: 1 }, // 18 type-tag
  { name: 'big', kind: 19, vlen: 1, sizeOrType: 8, words: ['max', 0xffffffff, 1] }, // 19
  {
    name: 'bits',
    kind: 4,
    vlen: 2,
    flag: true,
    sizeOrType: 4,
    words: ['b', 1, (3 << 24) | 5, 'c', 1, 8],
  }, // 20
  { name: 'minus', kind: 19, flag: true, vlen: 1, sizeOrType: 8, words: ['min', 0, 0x80000000] }, // 21
];

describe.each([true, false])('little-endian: %s', (little) => {
  const bytes = buildBtf(EVERY_KIND, little);
  const btf = parseBtf(bytes);

  test('every kind', () => {
    expect(btf.endianness).toBe(little ? 'little' : 'big');
    expect(btf.bytes).toBe(bytes);
    const types = Array.from({ length: btf.typeCount }, (_, id) => btf.type(id));
    expect(types).toEqual([
      { kind: 'void' },
      { kind: 'int', name: 'int', size: 4, bits: 32, bitOffset: 0, encoding: 'signed' },
      { kind: 'ptr', type: 1 },
      { kind: 'array', type: 1, indexType: 1, length: 5 },
      {
        kind: 'struct',
        name: 'point',
        size: 8,
        members: [
          { name: 'x', type: 1, bitOffset: 0, bitfieldSize: 0 },
          { name: 'y', type: 1, bitOffset: 32, bitfieldSize: 0 },
        ],
      },
      {
        kind: 'union',
        name: 'either',
        size: 4,
        members: [{ name: 'a', type: 1, bitOffset: 0, bitfieldSize: 0 }],
      },
      {
        kind: 'enum',
        name: 'colour',
        size: 4,
        signed: true,
        values: [
          { name: 'red', value: 0 },
          { name: 'none', value: -1 },
        ],
      },
      { kind: 'fwd', name: 'later', of: 'union' },
      { kind: 'typedef', name: 'word', type: 1 },
      { kind: 'volatile', type: 8 },
      { kind: 'const', type: 9 },
      { kind: 'restrict', type: 2 },
      { kind: 'func', name: 'work', type: 13, linkage: 'global' },
      {
        kind: 'func-proto',
        returns: 1,
        parameters: [
          { name: 'ctx', type: 2 },
          { name: '', type: 0 },
        ],
      },
      { kind: 'var', name: 'count', type: 10, linkage: 'global' },
      { kind: 'datasec', name: '.data', size: 4, variables: [{ type: 14, offset: 0, size: 4 }] },
      { kind: 'float', name: 'double', size: 8 },
      { kind: 'decl-tag', name: 'tag', type: 4, component: -1 },
      { kind: 'type-tag', name: 'user', type: 1 },
      {
        kind: 'enum64',
        name: 'big',
        size: 8,
        signed: false,
        values: [{ name: 'max', value: 0x1ffffffffn }],
      },
      {
        kind: 'struct',
        name: 'bits',
        size: 4,
        members: [
          { name: 'b', type: 1, bitOffset: 5, bitfieldSize: 3 },
          { name: 'c', type: 1, bitOffset: 8, bitfieldSize: 0 },
        ],
      },
      {
        kind: 'enum64',
        name: 'minus',
        size: 8,
        signed: true,
        values: [{ name: 'min', value: -(2n ** 63n) }],
      },
    ]);
    expect(types.map(({ kind }) => kind)).toEqual(types.map((_, id) => btf.kind(id)));
  });
});

test('sizes, through typedefs and arrays', () => {
  const btf = parseBtf(buildBtf(EVERY_KIND));
  const sizes = Array.from({ length: btf.typeCount }, (_, id) => sizeOfType(btf, id));
  const none = null;
  expect(sizes).toEqual([
    ...[none, 4, 8, 20, 8, 4, 4, none, 4, 4, 4, 8, none, none, 4, 4, 8, none, 4, 8, 4, 8],
  ]);
  expect(skipModifiers(btf, 10)).toMatchObject({ id: 1, type: { name: 'int' } });
});

describe('refused', () => {
  const int: TypeInput = { name: 'int', kind: 1, sizeOrType: 4, words: [32] };
  const good = buildBtf([int]);
  const set = (at: number, value: number, size = 4): Uint8Array => {
    const copy = good.slice();
    const view = new DataView(copy.buffer);
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 1) view.setUint8(at, value);
    else view.setUint32(at, value, true);
    return copy;
  };
  const cases: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(0), '0 bytes are too few for a header of 24'],
    ['another magic number', set(0, 0xbeef, 2), 'not BTF (no magic number 0xeb9f)'],
    ['another version', set(2, 2, 1), 'unknown BTF version 2'],
    ['a short header', set(4, 8), 'a header of 8 bytes (24 at least)'],
    ['a header beyond the end', set(4, 999), 'a header of 999 bytes'],
    ['types beyond the end', set(12, 0xffffff00), 'the type section of 4294967040 bytes'],
    ['unaligned types', set(8, 2), 'not aligned to 4 bytes'],
    ['strings beyond the end', set(20, 99), 'the string section of 99 bytes'],
    ['no strings', set(20, 0), 'does not begin and end with a NUL'],
    ['an open last string', set(good.length - 4, 0x74747474), 'does not begin and end with a NUL'],
    ['kind 0', buildBtf([{ kind: 0 }]), 'type 1 has kind 0'],
    ['kind 20', buildBtf([int, { kind: 20 }]), 'type 2 has kind 20'],
    ['an int without its word', buildBtf([{ kind: 1 }]), 'type 1 ends after the type section'],
    ['members missing', buildBtf([{ kind: 4, vlen: 100, words: [0, 0, 0] }]), 'type 1 ends after'],
    ['half a type', set(12, 14), 'type 1 ends after the type section'],
    ['a pointer to nowhere', buildBtf([{ kind: 2, sizeOrType: 2 }]), 'there is no type 2 (2 here)'],
    [
      'a member of no type',
      buildBtf([{ kind: 4, vlen: 1, words: [0, 7, 0] }]),
      'there is no type 7',
    ],
    ['an array of no type', buildBtf([int, { kind: 3, words: [9, 1, 1] }]), 'there is no type 9'],
    ['a name outside', set(24, 5000), 'there is no string 5000'],
    ['a member name outside', buildBtf([{ kind: 4, vlen: 1, words: [70, 0, 0] }]), 'no string 70'],
  ];

  test.each(cases)('%s', (_, bytes, reason) => {
    expect(() => parseBtf(bytes)).toThrow(ObjectFormatError);
    expect(() => parseBtf(bytes)).toThrow(reason);
    expect(() => parseBtf(bytes)).toThrow(/^\.BTF /);
  });

  test('an id that does not exist', () => {
    expect(() => parseBtf(good).type(2)).toThrow(ObjectFormatError);
    expect(() => parseBtf(good).type(-1)).toThrow('there is no type -1');
  });

  test('cycles of typedefs and of arrays', () => {
    const cycle = (types: readonly TypeInput[]): Btf => parseBtf(buildBtf(types));
    expect(() => skipModifiers(cycle([{ kind: 8, sizeOrType: 1 }]), 1)).toThrow(ObjectFormatError);
    expect(() => sizeOfType(cycle([{ kind: 3, words: [1, 1, 2] }]), 1)).toThrow(ObjectFormatError);
  });

  test('a size above 32 bits', () => {
    const btf = parseBtf(
      buildBtf([
        int,
        { kind: 3, words: [1, 1, 0xffffffff] },
        { kind: 3, words: [2, 1, 0xffffffff] },
      ]),
    );
    expect(() => sizeOfType(btf, 3)).toThrow(ObjectFormatError);
  });
});
