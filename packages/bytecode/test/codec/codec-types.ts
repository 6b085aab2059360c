import { type Btf, parseBtf } from '../../src/index.ts';
import { buildBtf, type TypeInput } from '../btf/btf-builder.ts';

const SIGNED = 1 << 24;
const BOOL = 4 << 24;
const int = (name: string, size: number, encoding = 0): TypeInput => ({
  name,
  kind: 1,
  sizeOrType: size,
  words: [encoding | (size * 8)],
});
const typedef = (name: string, to: number): TypeInput => ({ name, kind: 8, sizeOrType: to });
const array = (of: number, length: number): TypeInput => ({ kind: 3, words: [of, 1, length] });
const record = (
  kind: 'struct' | 'union',
  name: string,
  size: number,
  ...members: (readonly [name: string, type: number, bits: number])[]
): TypeInput => ({
  name,
  kind: kind === 'struct' ? 4 : 5,
  vlen: members.length,
  sizeOrType: size,
  words: members.flat(),
});
/** Kind flag set: the offset word is width << 24 | bit offset. */
const bits = (
  name: string,
  size: number,
  ...members: (readonly [string, number, number, number])[]
): TypeInput => ({
  name,
  kind: 4,
  flag: true,
  vlen: members.length,
  sizeOrType: size,
  words: members.flatMap(([member, type, offset, width]) => [member, type, (width << 24) | offset]),
});

/** Types of the tests below; the position in the list, from 1, is the id. */
export const TYPES = {
  u32: int('unsigned int', 4),
  u8: int('unsigned char', 1),
  u16: int('unsigned short', 2),
  u64: int('unsigned long', 8),
  s8: int('signed char', 1, SIGNED),
  s16: int('short', 2, SIGNED),
  s32: int('int', 4, SIGNED),
  s64: int('long', 8, SIGNED),
  u128: int('unsigned __int128', 16),
  s128: int('__int128', 16, SIGNED),
  bool: int('_Bool', 1, BOOL),
  char: int('char', 1, SIGNED),
  float: { name: 'float', kind: 16, sizeOrType: 4 },
  double: { name: 'double', kind: 16, sizeOrType: 8 },
  half: { name: '_Float16', kind: 16, sizeOrType: 2 },
  pointer: { kind: 2, sizeOrType: 1 },
  be16: typedef('__be16', 3),
  constBe16: { kind: 10, sizeOrType: 17 },
  text: array(12, 6),
  mac: array(2, 6),
  triple: array(3, 3),
  matrix: array(21, 2),
  colour: { name: 'colour', kind: 6, vlen: 2, sizeOrType: 4, words: ['RED', 1, 'BLUE', 7] },
  level: { name: 'level', kind: 6, vlen: 1, flag: true, sizeOrType: 1, words: ['LOW', -3] },
  big: { name: 'big', kind: 19, vlen: 1, sizeOrType: 8, words: ['HUGE', 0, 1] },
  point: record('struct', 'point', 8, ['x', 7, 0], ['y', 7, 32]),
  padded: record('struct', 'padded', 8, ['a', 2, 0], ['b', 1, 32]),
  word: record('union', 'word', 4, ['whole', 1, 0], ['bytes', 29, 0]),
  four: array(2, 4),
  inner: record('union', '', 4, ['address', 1, 0], ['parts', 29, 0]),
  outer: record('struct', 'outer', 8, ['family', 3, 0], ['', 30, 32]),
  flags: bits(
    'flags',
    8,
    ['low', 1, 0, 3],
    ['mid', 7, 3, 7],
    ['wide', 4, 10, 40],
    ['on', 11, 56, 1],
  ),
  fwd: { name: 'later', kind: 7 },
  proto: { kind: 13, sizeOrType: 1 },
  deep: record('struct', 'deep', 16, ['points', 36, 0]),
  points: array(26, 2),
  count: { name: 'count', kind: 14, sizeOrType: 1, words: [1] },
  data: { name: '.data', kind: 15, vlen: 1, sizeOrType: 8, words: [37, 4, 4] },
  enumBits: bits('enumBits', 4, ['colour', 23, 4, 4]),
  flexible: record('struct', 'flexible', 4, ['length', 1, 0], ['items', 41, 32]),
  none: array(1, 0),
} satisfies Record<string, TypeInput>;

const names = Object.keys(TYPES) as (keyof typeof TYPES)[];
/** Id of a type above in either BTF. */
export const idOf = (name: keyof typeof TYPES): number => names.indexOf(name) + 1;
export const inOrder: { readonly little: Btf; readonly big: Btf } = {
  little: parseBtf(buildBtf(Object.values(TYPES))),
  big: parseBtf(buildBtf(Object.values(TYPES), false)),
};
