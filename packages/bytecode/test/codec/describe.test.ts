import { expect, describe as suite, test } from 'vitest';
import {
  type Codec,
  type CodecOptions,
  describe,
  describeUntyped,
  UndescribableTypeError,
  ValueError,
} from '../../src/index.ts';
import { idOf, inOrder, type TYPES } from './codec-types.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

type Case = [keyof typeof TYPES, unknown, little: string, big: string, options?: CodecOptions];

const CASES: Case[] = [
  ['u8', 200, 'c8', 'c8'],
  ['s8', -2, 'fe', 'fe'],
  ['u16', 0x1234, '3412', '1234'],
  ['s16', -2, 'feff', 'fffe'],
  ['u32', 0xfedcba98, '98badcfe', 'fedcba98'],
  ['s32', -(2 ** 31), '00000080', '80000000'],
  ['u64', 2n ** 64n - 2n, 'feffffffffffffff', 'fffffffffffffffe'],
  ['s64', -(2n ** 63n), '0000000000000080', '8000000000000000'],
  ['u128', 1n << 127n, '00000000000000000000000000000080', '80000000000000000000000000000000'],
  ['s128', -2n, 'feffffffffffffffffffffffffffffff', 'fffffffffffffffffffffffffffffffe'],
  ['bool', true, '01', '01'],
  ['float', 1.5, '0000c03f', '3fc00000'],
  ['double', -2, '00000000000000c0', 'c000000000000000'],
  ['pointer', 0xffff888000000001n, '0100000080 88ffff', 'ffff8880 00000001'],
  ['be16', 80, '0050', '0050'],
  ['constBe16', 80, '0050', '0050'],
  ['be16', 80, '5000', '0050', { byteOrder: 'host' }],
  ['text', 'eth0', '657468300000', '657468300000'],
  [
    'text',
    Uint8Array.of(1, 0, 2, 0, 0, 0),
    '010002000000',
    '010002000000',
    { characters: 'bytes' },
  ],
  ['mac', Uint8Array.of(2, 0, 0, 0, 0, 1), '020000000001', '020000000001'],
  ['triple', [1, 2, 0xffff], '01000200ffff', '00010002ffff'],
  [
    'matrix',
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    '010002000300040005000600',
    '000100020003000400050006',
  ],
  ['colour', 7, '07000000', '00000007'],
  ['colour', 'BLUE', '07000000', '00000007', { enums: 'name' }],
  ['colour', 9, '09000000', '00000009', { enums: 'name' }],
  ['level', -3, 'fd', 'fd'],
  ['level', 'LOW', 'fd', 'fd', { enums: 'name' }],
  ['big', 'HUGE', '0000000001000000', '0000000100000000', { enums: 'name' }],
  ['point', { x: 1, y: -1 }, '01000000ffffffff', '00000001ffffffff'],
  ['padded', { a: 1, b: 2 }, '0100000002000000', '0100000000000002'],
  [
    'deep',
    {
      points: [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    },
    '01000000020000000300000004000000',
    '00000001000000020000000300000004',
  ],
  // low 5, mid -2, wide 2^39 + 1, on: from the least significant bit, and from the most significant
  [
    'flags',
    { low: 5, mid: -2, wide: 2n ** 39n + 1n, on: true },
    'f507000000000201',
    'bfa0000000004080',
  ],
  ['enumBits', { colour: 'BLUE' }, '70000000', '07000000', { enums: 'name' }],
  ['data', { count: 3 }, '0000000003000000', '0000000000000003'],
  ['flexible', { length: 2, items: [] }, '02000000', '00000002'],
];

suite.each(['little', 'big'] as const)('%s-endian', (order) => {
  test.each<Case>(CASES)('%s %o', (name, value, little, big, options) => {
    const codec = describe(inOrder[order], idOf(name), options);
    const bytes = (order === 'little' ? little : big).replaceAll(' ', '');
    expect(hex(codec.encode(value))).toBe(bytes);
    expect(codec.decode(Buffer.from(bytes, 'hex'))).toEqual(value);
    expect(codec.size).toBe(bytes.length / 2);
  });
});

test('decoding takes the start of longer bytes', () => {
  expect(describe(inOrder.little, idOf('u16')).decode(Uint8Array.of(1, 2, 3))).toBe(0x201);
});

test('a text that fills its array has no NUL; malformed bytes become U+FFFD', () => {
  const text = describe<string>(inOrder.little, idOf('text'));
  expect(hex(text.encode('größe'.slice(0, 4)))).toBe('6772c3b6c39f');
  expect(text.decode(Buffer.from('6772c3b6c39f', 'hex'))).toBe('größ');
  expect(text.decode(Uint8Array.of(0x41, 0xff, 0x42, 0, 0x43, 0x43))).toBe('A\ufffdB');
});

test('bytes between members are written as 0, those around the value left alone', () => {
  const bytes = new Uint8Array(10).fill(0xee);
  describe(inOrder.little, idOf('padded')).write({ a: 1, b: 2 }, new DataView(bytes.buffer), 1);
  expect(hex(bytes)).toBe('ee0100000002000000ee');
});

suite('unions', () => {
  const word = describe(inOrder.little, idOf('word'));

  test('every member is read, any one is written', () => {
    expect(word.decode(Uint8Array.of(1, 2, 3, 4))).toEqual({
      whole: 0x04030201,
      bytes: Uint8Array.of(1, 2, 3, 4),
    });
    expect(hex(word.encode({ whole: 1 }))).toBe('01000000');
    expect(hex(word.encode({ bytes: [4, 3, 2, 1] }))).toBe('04030201');
  });

  test('what was read can be written; members that disagree cannot', () => {
    const value = word.decode(Uint8Array.of(1, 2, 3, 4));
    expect(hex(word.encode(value))).toBe('01020304');
    expect(() => word.encode({ whole: 1, bytes: [9, 0, 0, 0] })).toThrow(
      'whole: contradicts another member of the same union',
    );
  });

  test('members of an anonymous union belong to the struct around it', () => {
    const outer = describe(inOrder.little, idOf('outer'));
    const bytes = Uint8Array.of(2, 0, 0, 0, 10, 0, 0, 1);
    expect(outer.decode(bytes)).toEqual({
      family: 2,
      address: 0x0100000a,
      parts: Uint8Array.of(10, 0, 0, 1),
    });
    expect(outer.encode({ family: 2, parts: [10, 0, 0, 1] })).toEqual(bytes);
    expect(() => outer.encode({ family: 2 })).toThrow(
      'one of the members address, parts is needed',
    );
    expect(() => outer.encode({ family: 2, adress: 1 })).toThrow(
      'adress: there is no such member, but family, address, parts',
    );
  });
});

test('objects, arrays and bytes are filled again in place', () => {
  const { little } = inOrder;
  const bytes = new Uint8Array(16).map((_, index) => index);
  const view = new DataView(bytes.buffer);
  const deep = describe<{ points: { x: number; y: number }[] }>(little, idOf('deep'));
  const first = deep.read(view, 0);
  const { points } = first;
  const [point] = points;
  bytes.fill(0);
  expect(deep.read(view, 0, first)).toBe(first);
  expect(first.points).toBe(points);
  expect(points[0]).toBe(point);
  expect(point).toEqual({ x: 0, y: 0 });
  const mac = describe<Uint8Array>(little, idOf('mac'));
  const address = new Uint8Array(6).fill(9);
  expect(mac.read(view, 0, address)).toBe(address);
  expect(address).toEqual(new Uint8Array(6));
});

suite('values that do not fit', () => {
  test.each<[keyof typeof TYPES, unknown, string, CodecOptions?]>([
    ['u8', 256, '256 is outside 0..255'],
    ['u8', -1, '-1 is outside 0..255'],
    ['s16', 32768, '32768 is outside -32768..32767'],
    ['u32', 1.5, '1.5 is not a whole number'],
    ['u32', '7', '"7" is not a whole number'],
    ['u32', undefined, 'undefined is not a whole number'],
    ['u64', -1, '-1 is outside 0..18446744073709551615'],
    ['u64', 2 ** 53, '9007199254740992 is not a bigint or whole number'],
    ['s64', 2n ** 63n, 'is outside -9223372036854775808..9223372036854775807'],
    ['bool', 2, '2 is not a boolean'],
    ['float', '1', '"1" is not a number'],
    ['text', 'seven77', 'a text of 7 bytes is longer than 6'],
    ['text', 'a\0b', 'a text cannot hold a NUL'],
    ['mac', [1, 2, 3], '3 elements, not 6'],
    ['mac', [1, 2, 3, 4, 5, 256], '[5]: 256 is not a byte'],
    ['mac', 'aabbcc', '"aabbcc" is not an array'],
    ['triple', [1, 2, 70000], '[2]: 70000 is outside 0..65535'],
    [
      'matrix',
      [
        [1, 2, 3],
        [4, 5, -6],
      ],
      '[1][2]: -6 is outside 0..65535',
    ],
    [
      'deep',
      {
        points: [
          { x: 1, y: 2 },
          { x: 1, y: 'z' },
        ],
      },
      'points[1].y: "z" is not a whole',
    ],
    ['deep', { points: [{ x: 1, y: 2 }, { x: 1 }] }, 'points[1].y: is missing'],
    ['point', null, 'null is not an object'],
    ['point', { x: 1, y: 2, z: 3 }, 'z: there is no such member, but x, y'],
    ['colour', 'GREEN', 'there is no enumerator "GREEN", but RED, BLUE'],
    ['flags', { low: 8, mid: 0, wide: 0n, on: false }, 'low: 8 is outside 0..7'],
    ['flags', { low: 0, mid: 64, wide: 0n, on: false }, 'mid: 64 is outside -64..63'],
  ])('%s %o: %s', (name, value, message, options) => {
    const encode = (): unknown => describe(inOrder.little, idOf(name), options).encode(value);
    expect(encode).toThrow(ValueError);
    expect(encode).toThrow(message);
  });

  test('missing members are zero where that was asked for', () => {
    const point = describe(inOrder.little, idOf('point'), { missing: 'zero' });
    expect(hex(point.encode({ y: 1 }))).toBe('0000000001000000');
  });

  test('too few bytes', () => {
    const point = describe(inOrder.little, idOf('point'));
    expect(() => point.decode(new Uint8Array(7))).toThrow(ValueError);
    expect(() => point.read(new DataView(new ArrayBuffer(8)), 1)).toThrow('8 bytes at 1');
    expect(() => point.read(new DataView(new ArrayBuffer(8)), -1)).toThrow(ValueError);
  });
});

test.each<[keyof typeof TYPES, string]>([
  ['fwd', 'no codec for fwd later'],
  ['proto', 'no codec for func-proto'],
  ['half', 'no codec for float _Float16 of 2 bytes'],
])('no values of %s', (name, message) => {
  expect(() => describe(inOrder.little, idOf(name))).toThrow(UndescribableTypeError);
  expect(() => describe(inOrder.little, idOf(name))).toThrow(message);
});

test('without a type: numbers of 4 bytes, else bytes', () => {
  const untyped = (size: number): Codec => describeUntyped(size, 'big');
  expect(untyped(4).decode(Uint8Array.of(0, 0, 1, 0))).toBe(256);
  expect(untyped(3).decode(Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  expect(untyped(0).size).toBe(0);
});
