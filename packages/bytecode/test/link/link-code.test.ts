import { expect, test } from 'vitest';
import {
  assemble,
  encode,
  InvalidInstructionError,
  LinkError,
  linkCode,
  mapSpec,
} from '../../src/index.ts';

const array = mapSpec({ name: 'a', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 });
const exit = { kind: 'exit' } as const;

test('one program with the given name, type and maps', () => {
  const linked = linkCode(encode([exit], 'little'), {
    name: 'drop',
    type: 'xdp',
    license: 'GPL',
    maps: [array],
  });
  expect(linked).toMatchObject({ endianness: 'little', license: 'GPL', maps: [array], btf: null });
  expect(linked.programs).toMatchObject([
    { name: 'drop', section: 'drop', type: 'xdp', lines: [], unresolvedCoreRelocations: 0 },
  ]);
});

test('big-endian bytes', () => {
  const { programs, endianness } = linkCode(encode([exit], 'big'), { endianness: 'big' });
  expect(endianness).toBe('big');
  expect(programs[0]?.code.instructions).toEqual([exit]);
});

test('targets of calls and callbacks become functions', () => {
  const code = encode(
    [
      { kind: 'call-local', offset: 3 },
      { kind: 'lddw', source: 'function', dst: 1, imm: 3, nextImm: 0 },
      exit,
      exit,
      exit,
    ],
    'little',
  );
  expect(linkCode(code).programs[0]?.functions).toEqual([
    { name: 'main', slot: 0, length: 4, btfId: null },
    { name: 'main_4', slot: 4, length: 1, btfId: null },
    { name: 'main_5', slot: 5, length: 1, btfId: null },
  ]);
});

test('assembled text is taken as it is', () => {
  const stream = assemble('r0 = 1\nexit\n', { syntax: 'llvm' });
  expect(linkCode(stream).programs[0]?.code).toBe(stream);
});

test.each([
  ['a call outside', [{ kind: 'call-local', offset: 7 }, exit], 'names slot 8 as a function'],
  ['a call before', [{ kind: 'call-local', offset: -2 }, exit], 'names slot -1 as a function'],
  [
    'a call into lddw',
    [
      { kind: 'call-local', offset: 1 },
      { kind: 'lddw', source: 'imm64', dst: 1, imm: 3, nextImm: 0 },
      exit,
    ],
    'names slot 2 as a function',
  ],
  [
    'an index without a map',
    [{ kind: 'lddw', source: 'map-index', dst: 1, imm: 1, nextImm: 0 }, exit],
    'map index 1, of 1 maps',
  ],
] as const)('refused: %s', (_, instructions, reason) => {
  const code = encode(instructions, 'little');
  expect(() => linkCode(code, { maps: [array] })).toThrow(LinkError);
  expect(() => linkCode(code, { maps: [array] })).toThrow(reason);
});

test('bytes that do not decode name the program', () => {
  expect(() => linkCode(new Uint8Array([0xff, 0, 0, 0, 0, 0, 0, 0]), { name: 'p' })).toThrow(
    InvalidInstructionError,
  );
  expect(() => linkCode(new Uint8Array(7), { name: 'p' })).toThrow(/^p: /);
});
