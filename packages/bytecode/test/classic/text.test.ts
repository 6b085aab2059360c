import { describe, expect, it } from 'vitest';
import { ClassicFormatError, formatDdd, parseDd, parseDdd } from '../../src/index.ts';
import { classic } from './classic.ts';
import { VECTORS } from './vectors.ts';

const PROGRAM = classic([0x28, 0, 0, 12], [0x15, 0, 1, 0x800], [0x06, 0, 0, -1], [0x06, 0, 0, 0]);

describe('tcpdump -ddd', () => {
  it.each(VECTORS.map(({ name, ddd }) => [name, ddd] as const))('%s', (_name, ddd) => {
    const program = parseDdd(ddd);
    expect(program.length).toBe(Number.parseInt(ddd, 10));
    expect(formatDdd(program)).toBe(ddd);
  });

  it.each([
    ['lines', '4\n40 0 0 12\n21 0 1 2048\n6 0 0 4294967295\n6 0 0 0\n'],
    [
      'carriage returns, blanks, empty lines',
      '\r\n 4\r\n40  0 0 12\r\n\n21\t0 1 2048 \n6 0 0 4294967295\n6 0 0 0',
    ],
    ['commas, as bpf_asm prints', '4,40 0 0 12,21 0 1 2048,6 0 0 4294967295,6 0 0 0,'],
    ['hexadecimal', '4\n0x28 0 0 0xc\n0x15 0 1 0x800\n6 0 0 0xFFFFFFFF\n6 0 0 0'],
  ])('%s', (_what, text) => {
    expect(parseDdd(text)).toEqual(PROGRAM);
  });

  it.each([
    ['', 1, 'expected the number of instructions'],
    ['\n\n', 1, 'expected the number of instructions'],
    ['40 0 0 12', 1, 'expected the number of instructions'],
    ['-1\n', 1, 'expected the number of instructions'],
    ['0x1\n6 0 0 0', 1, 'expected the number of instructions'],
    ['2\n6 0 0 0', 1, '1 instructions, announced as 2'],
    ['1\n6 0 0 0\n6 0 0 0', 1, '2 instructions, announced as 1'],
    ['1\n\n6 0 0', 3, 'expected code, jt, jf and k, found 3 fields'],
    ['1\n6 0 0 0 0', 2, 'found 5 fields'],
    ['1\n65536 0 0 0', 2, 'code is "65536", no number from 0 to 65535'],
    ['1\n6 256 0 0', 2, 'jt is "256"'],
    ['1\n6 0 -1 0', 2, 'jf is "-1"'],
    ['1\n6 0 0 4294967296', 2, 'k is "4294967296"'],
    ['1\n6 0 0 1e3', 2, 'k is "1e3"'],
    ['1\n6 0 0 é', 2, 'k is "é"'],
  ])('%j is refused', (text, line, reason) => {
    expect(() => parseDdd(text)).toThrow(
      expect.objectContaining({ line, reason: expect.stringContaining(reason) }),
    );
  });
});

describe('tcpdump -dd', () => {
  it('C initialisers', () => {
    const text =
      '{ 0x28, 0, 0, 0x0000000c },\n{ 0x15, 0, 1, 0x00000800 },\n{ 0x6, 0, 0, 0xffffffff },\n{0x6,0,0,0}\n';
    expect(parseDd(text)).toEqual(PROGRAM);
  });

  it.each([
    ['{ 0x28, 0, 0, 0xc },\n0x6, 0, 0, 0', 2, 'expected { code, jt, jf, k }'],
    ['{ 0x28, 0, 0 },', 1, 'found 3 fields'],
    ['{ 0x28, 0, 0, },', 1, 'k is ""'],
    ['{ 0x28, 0, 0, BPF_A },', 1, 'k is "BPF_A"'],
  ])('%j is refused', (text, line, reason) => {
    expect(() => parseDd(text)).toThrow(
      expect.objectContaining({ line, reason: expect.stringContaining(reason) }),
    );
  });
});

// Linear work takes milliseconds; what is quadratic in a megabyte takes 2^40 steps and outlasts the timeout.
it.each([
  ['a megabyte of lines', '\n'.repeat(1 << 20)],
  ['a megabyte of commas', ','.repeat(1 << 20)],
  ['a megabyte of digits', '9'.repeat(1 << 20)],
  ['a megabyte of fields', `1\n${'6 '.repeat(1 << 19)}`],
  ['a megabyte of braces', '{'.repeat(1 << 20)],
  ['a megabyte of blanks in a row', `1\n6${' '.repeat(1 << 20)}0 0 0 0`],
])(
  '%s: a typed error at once',
  (_what, text) => {
    for (const parse of [parseDdd, parseDd]) {
      try {
        expect(parse(text)).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(ClassicFormatError);
        expect((error as Error).message.length).toBeLessThan(200);
      }
    }
  },
  60_000,
);
