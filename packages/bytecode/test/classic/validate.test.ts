import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ClassicProgram, parseDdd, validateClassic } from '../../src/index.ts';
import * as c from './classic.ts';
import { VECTORS } from './vectors.ts';

const RET = [c.RET_K, 0, 0, 0] as const;

describe('what Linux takes', () => {
  it.each(VECTORS)('$name', ({ ddd }) => {
    expect(validateClassic(parseDdd(ddd))).toEqual([]);
  });

  it.each<[string, ClassicProgram]>([
    ['4,096 instructions', c.classic(...Array.from({ length: 4096 }, () => RET))],
    ['fields that the instruction does not use', c.classic([c.RET_A, 7, 9, 5])],
    [
      'a cell written on both paths',
      c.classic(
        [c.JEQ_K, 0, 2, 1],
        [c.ST, 0, 0, 15],
        [c.JA, 0, 0, 1],
        [c.STX, 0, 0, 15],
        [c.LD_MEM, 0, 0, 15],
        RET,
      ),
    ],
    ['a cell read where nothing jumps to', c.classic([c.JA, 0, 0, 1], [c.LD_MEM, 0, 0, 0], RET)],
    ['ancillary offsets of loads by X', c.classic([c.LD_W_IND, 0, 0, c.AD + 64], RET)],
    ['shift by 31', c.classic([c.LSH_K, 0, 0, 31], RET)],
  ])('%s', (_what, program) => {
    expect(validateClassic(program)).toEqual([]);
  });
});

describe('what Linux refuses', () => {
  it.each<[string, number, string, ClassicProgram]>([
    ['empty', 0, 'no instructions', []],
    ['too-long', 4096, '4097 instructions', c.classic(...Array.from({ length: 4097 }, () => RET))],
    ['unknown-code', 0, 'unknown code 0xe', c.classic([c.RET_X, 0, 0, 0], RET)],
    ['unknown-code', 0, 'unknown code 0x106', c.classic([0x106, 0, 0, 0], RET)],
    ['field-range', 0, 'does not fit', [{ code: 6, jt: 0, jf: 0, k: -1 }]],
    ['field-range', 0, 'does not fit', [{ code: 6, jt: Number.NaN, jf: 0, k: 0 }]],
    ['division-by-zero', 0, 'division by zero', c.classic([c.DIV_K, 0, 0, 0], RET)],
    ['division-by-zero', 0, 'division by zero', c.classic([c.MOD_K, 0, 0, 0], RET)],
    ['shift-out-of-range', 0, 'shift by 32', c.classic([c.LSH_K, 0, 0, 32], RET)],
    ['shift-out-of-range', 0, 'shift by 4294967295', c.classic([c.RSH_K, 0, 0, -1], RET)],
    ['memory-index', 0, 'M[16], of 16 cells', c.classic([c.ST, 0, 0, 16], RET)],
    ['memory-index', 0, 'M[4294967295]', c.classic([c.LDX_MEM, 0, 0, -1], RET)],
    ['memory-unwritten', 0, 'M[3] is read before', c.classic([c.LDX_MEM, 0, 0, 3], RET)],
    [
      'memory-unwritten',
      2,
      'M[0]',
      c.classic([c.JEQ_K, 0, 1, 1], [c.ST, 0, 0, 0], [c.LD_MEM, 0, 0, 0], RET),
    ],
    // The kernel does not see that a return does not go on.
    [
      'memory-unwritten',
      4,
      'M[0]',
      c.classic(
        [c.JEQ_K, 1, 0, 1],
        [c.JA, 0, 0, 1],
        RET,
        [c.ST, 0, 0, 1],
        [c.LD_MEM, 0, 0, 0],
        RET,
      ),
    ],
    ['jump-outside', 0, 'jumps to instruction 2, of 2', c.classic([c.JA, 0, 0, 1], RET)],
    ['jump-outside', 0, 'jumps to', c.classic([c.JA, 0, 0, -1], RET)],
    ['jump-outside', 0, 'jumps to', c.classic([c.JEQ_K, 0, 1, 0], RET)],
    ['unknown-ancillary', 0, 'offset -4032', c.classic([c.LD_B_ABS, 0, 0, c.AD + 64], RET)],
    ['unknown-ancillary', 0, 'offset -4095', c.classic([c.LD_B_ABS, 0, 0, c.AD + 1], RET)],
    ['no-return', 0, 'the last instruction is not a return', c.classic([c.TAX, 0, 0, 0])],
  ])('%s at %i: %s', (rule, index, reason, program) => {
    expect(validateClassic(program)).toEqual([
      { index, rule, reason: expect.stringContaining(reason) },
    ]);
  });

  it('a loop, which tcpdump has for protochain and runs itself', () => {
    const program = parseDdd('3\n48 0 0 23\n5 0 0 4294967294\n6 0 0 0\n');
    expect(validateClassic(program).map(({ rule }) => rule)).toEqual(['jump-outside']);
  });
});

const checks = readFileSync(new URL('kernel-checks.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);

describe('recorded answers of Linux', () => {
  it('there are enough of both', () => {
    expect(checks.filter(([answer]) => answer === 'ok').length).toBeGreaterThanOrEqual(80);
    expect(checks.filter(([answer]) => answer === 'EINVAL').length).toBeGreaterThanOrEqual(100);
  });

  it.each(checks)('%s: %s', (answer, text) => {
    expect(validateClassic(parseDdd(text)).length === 0 ? 'ok' : 'EINVAL').toBe(answer);
  });
});
