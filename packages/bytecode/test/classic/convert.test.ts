import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClassicFlavour,
  type ClassicProgram,
  convertClassic,
  disassemble,
  InvalidClassicProgramError,
  parseDdd,
  validate,
} from '../../src/index.ts';
import { validProgram } from './arbitrary.ts';
import * as c from './classic.ts';
import { VECTORS } from './vectors.ts';

const FLAVOURS = ['socket_filter', 'xdp'] as const;

const ACCEPT = [c.RET_K, 0, 0, 7] as const;

/** The listing without what every program of the flavour begins with. */
function body(program: ClassicProgram, flavour: ClassicFlavour): string[] {
  const lines = disassemble(convertClassic(program, { flavour })).trim().split('\n');
  const prologue =
    flavour === 'xdp'
      ? ['r6 = r1', 'r8 = *(u32 *)(r6 + 0x0)', 'r9 = *(u32 *)(r6 + 0x4)', 'w0 = 0x0', 'w7 = 0x0']
      : ['r6 = r1', 'w0 = 0x0', 'w7 = 0x0'];
  expect(lines.slice(0, prologue.length)).toEqual(prologue);
  return lines.slice(prologue.length);
}

const DROP = ['w0 = 0x1', 'exit'];
const PASS = ['w0 = 0x2', 'exit'];
const KEEP = ['w0 = 0x7', 'exit'];

describe('both flavours', () => {
  it.each<[string, ClassicProgram, string[]]>([
    [
      'immediates',
      c.classic([c.LD_IMM, 0, 0, -1], [c.LDX_IMM, 0, 0, 5], ACCEPT),
      ['w0 = -0x1', 'w7 = 0x5'],
    ],
    [
      'M[]',
      c.classic(
        [c.ST, 0, 0, 0],
        [c.STX, 0, 0, 15],
        [c.LDX_MEM, 0, 0, 0],
        [c.LD_MEM, 0, 0, 15],
        ACCEPT,
      ),
      [
        '*(u32 *)(r10 - 0x40) = r0',
        '*(u32 *)(r10 - 0x4) = r7',
        'r7 = *(u32 *)(r10 - 0x40)',
        'r0 = *(u32 *)(r10 - 0x4)',
      ],
    ],
    [
      'transfers and neg',
      c.classic([c.TAX, 0, 0, 0], [c.NEG, 0, 0, 0], [0x87, 0, 0, 0], ACCEPT),
      ['w7 = w0', 'w0 = -w0', 'w0 = w7'],
    ],
    [
      'arithmetic',
      c.classic([0x04, 0, 0, -2], [c.DIV_K, 0, 0, -1], [0x6c, 0, 0, 0], ACCEPT),
      ['w0 += -0x2', 'w0 /= -0x1', 'w0 <<= w7'],
    ],
    ['A ^= X as ancillary load', c.classic([c.LD_W_ABS, 0, 0, c.AD + 40], ACCEPT), ['w0 ^= w7']],
    [
      'a jump to the next instruction is none',
      c.classic([c.JA, 0, 0, 0], [c.JEQ_K, 0, 0, 1], ACCEPT),
      [],
    ],
  ])('%s', (_what, program, lines) => {
    expect(body(program, 'socket_filter')).toEqual([...lines, ...KEEP]);
    expect(body(program, 'xdp')).toEqual([...lines, ...PASS]);
  });

  it('conditional jumps, either branch next or none, and unreachable code', () => {
    const program = c.classic(
      [c.JEQ_K, 0, 6, -1],
      [c.JSET_K, 0, 5, 8],
      [0x3d, 4, 0, 0],
      [0x25, 3, 2, 9],
      [c.JA, 0, 0, 0],
      [c.LD_IMM, 0, 0, 99],
      ACCEPT,
      [c.RET_A, 0, 0, 0],
    );
    expect(body(program, 'socket_filter')).toEqual([
      'if w0 != -0x1 goto +0x6',
      'if w0 & 0x8 goto +0x1',
      'goto +0x4',
      'if w0 >= w7 goto +0x3',
      'if w0 > 0x9 goto +0x2',
      ...KEEP,
      'exit',
    ]);
  });

  it('a jump over an instruction that comes to nothing', () => {
    const program = c.classic([c.JSET_K, 0, 1, 8], [c.JEQ_K, 0, 0, 1], [c.RET_A, 0, 0, 0]);
    const lines = ['if w0 & 0x8 goto +0x1', 'goto +0x0', 'exit'];
    expect(body(program, 'socket_filter')).toEqual(lines);
  });

  it('division by X ends with 0 where X is 0', () => {
    const program = c.classic([c.DIV_X, 0, 0, 0], ACCEPT);
    const guard = (zero: string): string[] => ['if w7 != 0x0 goto +0x2', zero, 'exit', 'w0 /= w7'];
    expect(body(program, 'socket_filter')).toEqual([...guard('w0 = 0x0'), ...KEEP]);
    expect(body(program, 'xdp')).toEqual([...guard('w0 = 0x1'), ...PASS]);
  });

  it.each(FLAVOURS)('%s: a jump further than 16 bits tell', (flavour) => {
    const far = Array.from({ length: 4000 }, () => [c.LD_B_IND, 0, 0, 0] as const);
    const program = c.classic([c.JEQ_K, 0, 1, 5], [c.JA, 0, 0, 4000], ...far, ACCEPT);
    const stream = convertClassic(program, { flavour });
    const jump = stream.instructions.find(({ kind }) => kind === 'ja');
    expect(jump).toMatchObject({ wide: flavour === 'xdp' });
    expect(validate(stream)).toEqual([]);
  });

  it.each(FLAVOURS)('%s: the same program in either byte order', (flavour) => {
    for (const { ddd } of VECTORS.slice(0, 10)) {
      const little = convertClassic(parseDdd(ddd), { flavour });
      const big = convertClassic(parseDdd(ddd), { flavour, endianness: 'big' });
      expect(big.endianness).toBe('big');
      expect(big.instructions).toEqual(little.instructions);
    }
  });

  it('whatever Linux takes converts to code that Linux has nothing against', () => {
    fc.assert(
      fc.property(validProgram, fc.constantFrom(...FLAVOURS), (program, flavour) => {
        expect(validate(convertClassic(program, { flavour }))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('socket_filter', () => {
  it.each<[string, ClassicProgram, string[]]>([
    [
      'packet loads',
      c.classic(
        [c.LD_W_ABS, 0, 0, 40_000],
        [c.LD_H_ABS, 0, 0, c.NET],
        [c.LD_B_IND, 0, 0, 14],
        ACCEPT,
      ),
      ['r0 = *(u32 *)skb[0x9c40]', 'r0 = *(u16 *)skb[-0x100000]', 'r0 = *(u8 *)skb[r7 + 0xe]'],
    ],
    [
      'a header length keeps A',
      c.classic([c.LDX_MSH, 0, 0, 14], ACCEPT),
      ['w8 = w0', 'r0 = *(u8 *)skb[0xe]', 'w7 = w0', 'w0 = w8', 'w7 &= 0xf', 'w7 <<= 0x2'],
    ],
    [
      'length',
      c.classic([c.LD_LEN, 0, 0, 0], [c.LDX_LEN, 0, 0, 0], ACCEPT),
      ['r0 = *(u32 *)(r6 + 0x0)', 'r7 = *(u32 *)(r6 + 0x0)'],
    ],
    [
      'protocol',
      c.classic([c.LD_W_ABS, 0, 0, c.AD], ACCEPT),
      ['r0 = *(u32 *)(r6 + 0x10)', 'r0 = be16 r0'],
    ],
    [
      'interface, and the end with A without one',
      c.classic([c.LD_W_ABS, 0, 0, c.AD + 8], ACCEPT),
      ['r1 = *(u32 *)(r6 + 0x28)', 'if w1 != 0x0 goto +0x1', 'exit', 'w0 = w1'],
    ],
    ['cpu', c.classic([c.LD_W_ABS, 0, 0, c.AD + 36], ACCEPT), ['call 0x8']],
  ])('%s', (_what, program, lines) => {
    expect(body(program, 'socket_filter')).toEqual([...lines, ...KEEP]);
  });

  it('returns A', () => {
    expect(body(c.classic([c.RET_A, 0, 0, 0]), 'socket_filter')).toEqual(['exit']);
  });
});

describe('xdp', () => {
  const check = (end: string): string[] => [
    'r2 = r8',
    `r2 += ${end}`,
    'if r2 <= r9 goto +0x2',
    ...DROP,
  ];

  it.each<[string, ClassicProgram, string[]]>([
    [
      'a load is checked once, and again where it reaches further',
      c.classic([c.LD_H_ABS, 0, 0, 12], [c.LD_B_ABS, 0, 0, 13], [c.LD_W_ABS, 0, 0, 11], ACCEPT),
      [
        ...check('0xe'),
        'r0 = *(u16 *)(r8 + 0xc)',
        'r0 = be16 r0',
        'r0 = *(u8 *)(r8 + 0xd)',
        ...check('0xf'),
        'r0 = *(u32 *)(r8 + 0xb)',
        'r0 = be32 r0',
      ],
    ],
    [
      'network header',
      c.classic([c.LD_B_ABS, 0, 0, c.NET + 9], ACCEPT),
      [...check('0x18'), 'r0 = *(u8 *)(r8 + 0x17)'],
    ],
    [
      'link header',
      c.classic([c.LDX_MSH, 0, 0, c.LL + 14], ACCEPT),
      [...check('0xf'), 'r7 = *(u8 *)(r8 + 0xe)', 'w7 &= 0xf', 'w7 <<= 0x2'],
    ],
    [
      'offsets beyond 16 bits signed',
      c.classic([c.LD_B_ABS, 0, 0, 40_000], ACCEPT),
      [...check('0x9c41'), 'r1 = r8', 'r1 += 0x9c40', 'r0 = *(u8 *)(r1 + 0x0)'],
    ],
    ['length', c.classic([c.LDX_LEN, 0, 0, 0], ACCEPT), ['r7 = r9', 'r7 -= r8']],
    ['no tag beside the frame', c.classic([c.LD_B_ABS, 0, 0, c.AD + 48], ACCEPT), ['w0 = 0x0']],
    ['interface', c.classic([c.LD_W_ABS, 0, 0, c.AD + 8], ACCEPT), ['r0 = *(u32 *)(r6 + 0xc)']],
  ])('%s', (_what, program, lines) => {
    expect(body(program, 'xdp')).toEqual([...lines, ...PASS]);
  });

  it('a check on one branch alone does not count after it', () => {
    const program = c.classic(
      [c.JEQ_K, 0, 1, 0],
      [c.LD_B_ABS, 0, 0, 20],
      [c.LD_B_ABS, 0, 0, 10],
      ACCEPT,
    );
    expect(body(program, 'xdp')).toEqual([
      'if w0 != 0x0 goto +0x6',
      ...check('0x15'),
      'r0 = *(u8 *)(r8 + 0x14)',
      ...check('0xb'),
      'r0 = *(u8 *)(r8 + 0xa)',
      ...PASS,
    ]);
  });

  it('a load by X: within the verifier’s reach, negative ones from the headers', () => {
    expect(body(c.classic([c.LD_W_IND, 0, 0, 2], ACCEPT), 'xdp')).toEqual([
      'w1 = 0x2',
      'w1 += w7',
      'if w1 <= 0xfffb goto +0x9',
      'if w1 >= -0x200000 goto +0x2',
      ...DROP,
      'w1 += 0x200000',
      'if w1 < 0x100000 goto +0x1',
      'w1 -= 0xffff2',
      'if w1 <= 0xfffb goto +0x2',
      ...DROP,
      'r1 += r8',
      'r2 = r1',
      'r2 += 0x4',
      'if r2 <= r9 goto +0x2',
      ...DROP,
      'r0 = *(u32 *)(r1 + 0x0)',
      'r0 = be32 r0',
      ...PASS,
    ]);
  });

  it.each([0xffff, 0x10_0000, 0x7fff_ffff, c.LL - 1, -0x8000_0000])(
    'offset %i is outside every frame: nothing after it is reached',
    (k) => {
      const program = c.classic([c.LD_B_ABS, 0, 0, k], [c.TAX, 0, 0, 0], ACCEPT);
      expect(body(program, 'xdp')).toEqual(DROP);
    },
  );

  it('verdicts', () => {
    expect(body(c.classic([c.RET_K, 0, 0, 0]), 'xdp')).toEqual(DROP);
    expect(body(c.classic([c.RET_K, 0, 0, -1]), 'xdp')).toEqual(PASS);
    expect(body(c.classic([c.RET_A, 0, 0, 0]), 'xdp')).toEqual([
      'if w0 != 0x0 goto +0x2',
      ...DROP,
      ...PASS,
    ]);
  });
});

describe('what cannot be said', () => {
  const SOCKET_BUFFER = [4, 0, 20, 24, 32];
  const NOWHERE = [12, 16, 28, 52];

  it.each([
    ...NOWHERE.map((number) => ['socket_filter', number] as const),
    ...[...SOCKET_BUFFER, ...NOWHERE].map((number) => ['xdp', number] as const),
  ])('%s: ancillary data %i', (flavour, number) => {
    const program = c.classic([c.TAX, 0, 0, 0], [c.LD_W_ABS, 0, 0, c.AD + number], ACCEPT);
    expect(() => convertClassic(program, { flavour })).toThrow(
      expect.objectContaining({
        code: 'CLASSIC_UNSUPPORTED',
        flavour,
        index: 1,
        instruction: expect.stringMatching(/^ld {7}\[[a-z]+\]$/),
      }),
    );
  });

  it('unreachable instructions do not matter', () => {
    const program = c.classic(ACCEPT, [c.LD_W_ABS, 0, 0, c.AD + 12], ACCEPT);
    expect(body(program, 'xdp')).toEqual(PASS);
  });

  it('a program that Linux refuses', () => {
    const program = c.classic([c.DIV_K, 0, 0, 0], [c.TAX, 0, 0, 0]);
    const failure = (): unknown => convertClassic(program, { flavour: 'xdp' });
    expect(failure).toThrow(InvalidClassicProgramError);
    expect(failure).toThrow('classic BPF: instruction 0: division by zero (and 1 more)');
  });
});
