import { describe, expect, test } from 'vitest';
import {
  instructionCounts,
  LinkError,
  linkObject,
  ObjectFormatError,
  parseObject,
} from '../../src/index.ts';
import { buildObject, EXIT, type ObjectInput } from './object-builder.ts';

const call = (imm: number): number[] => {
  const bytes = new Uint8Array([0x85, 0x10, 0, 0, 0, 0, 0, 0]);
  new DataView(bytes.buffer).setInt32(4, imm, true);
  return [...bytes];
};
const LDDW: readonly number[] = [0x18, 1, 0, 0, 0, 0, 0, 0, ...new Array<number>(8).fill(0)];

test.each<[string, ObjectInput, string]>([
  [
    'a function that leaves its section',
    { code: { xdp: EXIT }, symbols: [{ name: 'f', section: 'xdp', size: 16 }] },
    'function f (bytes 0 to 16) does not lie in the 8 bytes of its section',
  ],
  [
    'a function behind its section',
    { code: { xdp: EXIT }, symbols: [{ name: 'f', section: 'xdp', value: 2 ** 40, size: 8 }] },
    'does not lie in the 8 bytes',
  ],
  [
    'a function of half an instruction',
    { code: { xdp: EXIT }, symbols: [{ name: 'f', section: 'xdp', size: 4 }] },
    'is no whole number of instructions',
  ],
  [
    'a section of half an instruction',
    { code: { xdp: [...EXIT, 0] } },
    'function xdp (bytes 0 to 9) is no whole number of instructions',
  ],
  [
    'functions that overlap',
    {
      code: { xdp: [...EXIT, ...EXIT] },
      symbols: [
        { name: 'f', section: 'xdp', size: 16 },
        { name: 'g', section: 'xdp', value: 8, size: 8 },
      ],
    },
    'function g (bytes 8 to 16) overlaps f',
  ],
  [
    'a nameless function',
    { code: { xdp: EXIT }, symbols: [{ name: '', section: 'xdp', size: 8 }] },
    'has no name',
  ],
  [
    'two programs of one name',
    {
      code: { xdp: EXIT, tc: EXIT },
      symbols: [
        { name: 'f', section: 'xdp', size: 8 },
        { name: 'f', section: 'tc', size: 8 },
      ],
    },
    'tc: a second program f',
  ],
  [
    'a relocation outside the code',
    {
      code: { xdp: EXIT },
      symbols: [{ name: 'x', section: '' }],
      relocations: { xdp: [{ offset: 8, symbol: 0, type: 1 }] },
    },
    'a relocation against x at byte 8, no instruction',
  ],
  [
    'a relocation inside an instruction',
    {
      code: { xdp: EXIT },
      symbols: [{ name: 'x', section: '' }],
      relocations: { xdp: [{ offset: 4, symbol: 0, type: 1 }] },
    },
    'a relocation against x at byte 4, no instruction',
  ],
  [
    'maps without BTF',
    { data: { '.maps': new Uint8Array(8) } },
    '.maps (file offset 0x61): no BTF describes the maps: compile with -g',
  ],
  [
    'a legacy map that is too short',
    { data: { maps: new Uint8Array(16) }, symbols: [{ name: 'm', section: 'maps', info: 0x11 }] },
    'map m: a definition of 16 bytes at 0 (20 at least, up to 16)',
  ],
  [
    'a legacy map of no type',
    {
      data: { maps: new Uint8Array(20).fill(0x77) },
      symbols: [{ name: 'm', section: 'maps', info: 0x11 }],
    },
    'map m: unknown map type 2004318071',
  ],
  [
    'two maps of one name',
    {
      data: { maps: new Uint8Array(20).fill(1, 0, 1), 'maps/2': new Uint8Array(20).fill(1, 0, 1) },
      symbols: [
        { name: 'm', section: 'maps', info: 0x11 },
        { name: 'm', section: 'maps/2', info: 0x11 },
      ],
    },
    'a second map m',
  ],
  ['a version of 3 bytes', { data: { version: new Uint8Array(3) } }, 'a kernel version of 3 bytes'],
  ['BTF of zeroes', { data: { '.BTF': new Uint8Array(64) } }, 'not BTF (no magic number 0xeb9f)'],
])('refused: %s', (_, input, reason) => {
  const bytes = buildObject(input);
  expect(() => parseObject(bytes)).toThrow(ObjectFormatError);
  expect(() => parseObject(bytes)).toThrow(reason);
});

describe('read as other tools do', () => {
  test('two names for one function are two programs', () => {
    const spec = parseObject(
      buildObject({
        code: { xdp: EXIT },
        symbols: [
          { name: 'f', section: 'xdp', size: 8 },
          { name: 'g', section: 'xdp', size: 8 },
        ],
      }),
    );
    expect(spec.programs.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ['f', 8],
      ['g', 8],
    ]);
  });

  test('a function without a size ends where the next begins', () => {
    const spec = parseObject(
      buildObject({
        code: { xdp: [...EXIT, ...EXIT, ...EXIT] },
        symbols: [
          { name: 'f', section: 'xdp' },
          { name: 'same', section: 'xdp' },
          { name: 'g', section: 'xdp', value: 16 },
        ],
      }),
    );
    expect(spec.programs.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ['f', 16],
      ['same', 16],
      ['g', 8],
    ]);
  });

  test('static functions beside programs are subprograms', () => {
    const spec = parseObject(
      buildObject({
        code: { xdp: [...call(0), ...EXIT, ...EXIT] },
        symbols: [
          { name: 'f', section: 'xdp', size: 16 },
          { name: 'g', section: 'xdp', info: 0x02, value: 16, size: 8 },
        ],
      }),
    );
    expect(spec.programs.map(({ name }) => name)).toEqual(['f']);
    expect(spec.subprograms.map(({ name }) => name)).toEqual(['g']);
  });

  test('calls within a section need no relocation', () => {
    const spec = parseObject(
      buildObject({
        code: { xdp: [...call(1), ...EXIT, ...EXIT] },
        symbols: [
          { name: 'f', section: 'xdp', size: 16 },
          { name: 'g', section: 'xdp', info: 0x02, value: 16, size: 8 },
        ],
      }),
    );
    const [program] = linkObject(spec).programs;
    expect(program?.functions.map(({ name, slot }) => [name, slot])).toEqual([
      ['f', 0],
      ['g', 2],
    ]);
  });

  test('a static map is found through its section symbol', () => {
    const map = (type: number): number[] => [type, 0, 0, 0, 4, ...new Array<number>(15).fill(0)];
    const second = [...LDDW];
    second[4] = 20;
    const spec = parseObject(
      buildObject({
        code: { tc: [...second, ...EXIT] },
        data: { maps: Uint8Array.from([...map(1), ...map(2)]) },
        symbols: [
          { name: 'a', section: 'maps', info: 0x01 },
          { name: 'b', section: 'maps', info: 0x01, value: 20 },
          { name: '', section: 'maps', info: 0x03 },
        ],
        relocations: { tc: [{ offset: 0, symbol: 2, type: 1 }] },
      }),
    );
    expect(spec.programs[0]?.relocations).toEqual([
      { slot: 0, target: { kind: 'map', map: 'b', offset: 0 } },
    ]);
  });
});

describe('fails to link, one program at a time', () => {
  const failures = (input: ObjectInput): readonly string[] =>
    linkObject(parseObject(buildObject(input))).failures.map(({ message }) => message);

  test.each<[string, ObjectInput, string]>([
    [
      'a call into the middle of a function',
      { code: { xdp: [...EXIT, ...call(-1), ...EXIT] } },
      'xdp: instruction 1: calls byte 8 of xdp, where no function begins',
    ],
    [
      'a relocation of data in code',
      {
        code: { xdp: [...LDDW, ...EXIT] },
        symbols: [{ name: 'x', section: '' }],
        relocations: { xdp: [{ offset: 0, symbol: 0, type: 3 }] },
      },
      'xdp: instruction 0: relocation of type 3 against x has no meaning here',
    ],
    [
      'a relocation of an exit',
      {
        code: { xdp: EXIT },
        symbols: [{ name: 'x', section: '' }],
        relocations: { xdp: [{ offset: 0, symbol: 0, type: 1 }] },
      },
      'xdp: instruction 0: relocation of type 1 against x has no meaning here',
    ],
    [
      'lddw at the end',
      {
        code: { xdp: LDDW.slice(0, 8) },
        data: { '.data': new Uint8Array(8) },
        symbols: [{ name: 'x', section: '.data', info: 0x11 }],
        relocations: { xdp: [{ offset: 0, symbol: 0, type: 1 }] },
      },
      'xdp: instruction 0: lddw lacks its second slot',
    ],
    ['an unknown opcode', { code: { xdp: [0xff, 0, 0, 0, 0, 0, 0, 0] } }, 'unknown opcode 0xff'],
  ])('%s', (_, input, reason) => {
    expect(failures(input)).toHaveLength(1);
    expect(failures(input)[0]).toContain(reason);
  });
});

describe('large and hostile', { timeout: 60_000 }, () => {
  test('a chain of calls through 20,000 functions', () => {
    const count = 20_000;
    const code = new Uint8Array(count * 16);
    const link = Uint8Array.from([...call(1), ...EXIT]);
    for (let at = 0; at < code.length; at += 16) code.set(link, at);
    code.set(Uint8Array.from([...EXIT, ...EXIT]), code.length - 16);
    const spec = parseObject(
      buildObject({
        code: { xdp: code },
        symbols: Array.from({ length: count }, (_, i) => ({
          name: `f${i}`,
          section: 'xdp',
          info: i === 0 ? 0x12 : 0x02,
          value: i * 16,
          size: 16,
        })),
      }),
    );
    expect(linkObject(spec).programs[0]?.functions.length).toBe(count);
    // What each of them reaches is 200 million calls.
    expect(() => instructionCounts(spec)).toThrow(LinkError);
  });

  test('programs that share one long subprogram are cut off', () => {
    const long = 50_000;
    const count = 100;
    const spec = parseObject(
      buildObject({
        code: {
          '.text': new Uint8Array(long * 8).fill(0),
          xdp: Array.from({ length: count }, () => [...call(-1), ...EXIT]).flat(),
        },
        symbols: [
          { name: 'long', section: '.text', size: long * 8 },
          ...Array.from({ length: count }, (_, i) => ({
            name: `f${i}`,
            section: 'xdp',
            value: i * 16,
            size: 16,
          })),
        ],
        relocations: {
          xdp: Array.from({ length: count }, (_, i) => ({ offset: i * 16, symbol: 0, type: 10 })),
        },
      }),
    );
    expect(() => linkObject(spec)).toThrow(LinkError);
    expect(() => linkObject(spec)).toThrow('more than 2000000 instructions together');
  });
});
