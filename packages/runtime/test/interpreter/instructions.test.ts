import { describe, expect, it } from 'vitest';
import { evaluate, fromHex, hex, loadText } from './load-text.ts';

/** [assembler text without exit, r0 at exit] */
type Row = readonly [asm: string, r0: bigint];

const ARITHMETIC_64: Row[] = [
  ['r0 = 0xffffffff ll\nr0 += 1', 0x1_0000_0000n],
  ['r0 = -1\nr0 += 1', 0n],
  ['r0 = 0xffffffff ll\nr1 = 2\nr0 += r1', 0x1_0000_0001n],
  ['r0 = 1\nr0 += r0', 2n],
  ['r0 = 0\nr0 += -1', 0xffff_ffff_ffff_ffffn],
  ['r0 = 0\nr0 -= 1', 0xffff_ffff_ffff_ffffn],
  ['r0 = 0x100000000 ll\nr0 -= 1', 0xffff_ffffn],
  ['r0 = 5\nr0 -= -7', 12n],
  ['r0 = 0x100000000 ll\nr1 = 1\nr0 -= r1', 0xffff_ffffn],
  ['r0 = 0x123456789 ll\nr0 *= 0x1000', 0x1234_5678_9000n],
  ['r0 = 3\nr0 *= -2', 0xffff_ffff_ffff_fffan],
  ['r0 = 0xffffffffffffffff ll\nr0 *= r0', 1n],
  ['r0 = -8\nr0 /= 2', 0x7fff_ffff_ffff_fffcn],
  ['r0 = 10\nr0 /= -1', 0n],
  ['r0 = 7\nr1 = 0\nr0 /= r1', 0n],
  ['r0 = -8\nr0 s/= 2', 0xffff_ffff_ffff_fffcn],
  ['r0 = 0x8000000000000000 ll\nr1 = -1\nr0 s/= r1', 0x8000_0000_0000_0000n],
  ['r0 = 7\nr1 = 0\nr0 s/= r1', 0n],
  ['r0 = -7\nr0 %= 10', 9n],
  ['r0 = 7\nr1 = 0\nr0 %= r1', 7n],
  ['r0 = -7\nr0 s%= 4', 0xffff_ffff_ffff_fffdn],
  ['r0 = 0x8000000000000000 ll\nr1 = -1\nr0 s%= r1', 0n],
  ['r0 = -7\nr1 = 0\nr0 s%= r1', 0xffff_ffff_ffff_fff9n],
  ['r0 = 1\nr0 |= -16', 0xffff_ffff_ffff_fff1n],
  ['r0 = 1\nr1 = 0x8000000000000000 ll\nr0 |= r1', 0x8000_0000_0000_0001n],
  ['r0 = 0xff00ff00ff00ff00 ll\nr0 &= -16', 0xff00_ff00_ff00_ff00n],
  ['r0 = 0xff00ff00ff00ff00 ll\nr0 &= 0xffff', 0xff00n],
  ['r0 = 0xff00ff00ff00ff00 ll\nr1 = 0x0ff00ff00ff00ff0 ll\nr0 &= r1', 0x0f00_0f00_0f00_0f00n],
  ['r0 = 0xff\nr0 ^= -1', 0xffff_ffff_ffff_ff00n],
  ['r0 = 0xff\nr1 = 0xf0000000f ll\nr0 ^= r1', 0xf_0000_00f0n],
  ['r0 = 1\nr0 <<= 63', 0x8000_0000_0000_0000n],
  ['r0 = 3\nr1 = 65\nr0 <<= r1', 6n],
  ['r0 = 3\nr0 <<= 32', 0x3_0000_0000n],
  ['r0 = -1\nr0 >>= 60', 0xfn],
  ['r0 = -1\nr1 = 68\nr0 >>= r1', 0x0fff_ffff_ffff_ffffn],
  ['r0 = 0x8000000000000000 ll\nr0 s>>= 32', 0xffff_ffff_8000_0000n],
  ['r0 = -16\nr1 = 66\nr0 s>>= r1', 0xffff_ffff_ffff_fffcn],
  ['r0 = 5\nr0 = -r0', 0xffff_ffff_ffff_fffbn],
  ['r0 = 0x100000000 ll\nr0 = -r0', 0xffff_ffff_0000_0000n],
  ['r0 = 0x8000000000000000 ll\nr0 = -r0', 0x8000_0000_0000_0000n],
  ['r0 = -5', 0xffff_ffff_ffff_fffbn],
  ['r1 = 0x123456789abcdef0 ll\nr0 = r1', 0x1234_5678_9abc_def0n],
  ['r1 = 0x1ff80 ll\nr0 = (s8)r1', 0xffff_ffff_ffff_ff80n],
  ['r1 = 0x18000 ll\nr0 = (s16)r1', 0xffff_ffff_ffff_8000n],
  ['r1 = 0x180000000 ll\nr0 = (s32)r1', 0xffff_ffff_8000_0000n],
];

const ARITHMETIC_32: Row[] = [
  ['r0 = -1\nw0 += 1', 0n],
  ['r0 = -1\nr1 = 2\nw0 += w1', 1n],
  ['r0 = 0x500000000 ll\nw0 -= 1', 0xffff_ffffn],
  ['r0 = -1\nr1 = -2\nw0 -= w1', 1n],
  ['r0 = 0x10000 ll\nw0 *= 0x10000', 0n],
  ['r0 = -1\nr1 = 3\nw0 *= w1', 0xffff_fffdn],
  ['r0 = -8\nw0 /= 2', 0x7fff_fffcn],
  ['r0 = 7\nr1 = 0x100000000 ll\nw0 /= w1', 0n],
  ['r0 = -8\nw0 s/= 2', 0xffff_fffcn],
  ['r0 = 0x80000000 ll\nr1 = -1\nw0 s/= w1', 0x8000_0000n],
  ['r0 = -7\nw0 %= 10', 9n],
  ['r0 = -7\nr1 = 0x100000000 ll\nw0 %= w1', 0xffff_fff9n],
  ['r0 = -7\nw0 s%= 4', 0xffff_fffdn],
  ['r0 = 0x80000000 ll\nr1 = -1\nw0 s%= w1', 0n],
  ['r0 = 0x100000001 ll\nw0 |= 2', 3n],
  ['r0 = -1\nr1 = 0xf\nw0 &= w1', 0xfn],
  ['r0 = -1\nw0 ^= -1', 0n],
  ['r0 = 1\nw0 <<= 31', 0x8000_0000n],
  ['r0 = 3\nr1 = 33\nw0 <<= w1', 6n],
  ['r0 = -1\nw0 >>= 28', 0xfn],
  ['r0 = -16\nr1 = 34\nw0 >>= w1', 0x3fff_fffcn],
  ['r0 = -16\nw0 s>>= 2', 0xffff_fffcn],
  ['r0 = -16\nr1 = 34\nw0 s>>= w1', 0xffff_fffcn],
  ['r0 = 5\nw0 = -w0', 0xffff_fffbn],
  ['w0 = -5', 0xffff_fffbn],
  ['r1 = -1\nw0 = w1', 0xffff_ffffn],
  ['r1 = 0x180 ll\nw0 = (s8)w1', 0xffff_ff80n],
  ['r1 = 0x18000 ll\nw0 = (s16)w1', 0xffff_8000n],
];

const BYTE_ORDER: Row[] = [
  ['r0 = 0x1122334455667788 ll\nr0 = le16 r0', 0x7788n],
  ['r0 = 0x1122334455667788 ll\nr0 = le32 r0', 0x5566_7788n],
  ['r0 = 0x1122334455667788 ll\nr0 = le64 r0', 0x1122_3344_5566_7788n],
  ['r0 = 0x1122334455667788 ll\nr0 = be16 r0', 0x8877n],
  ['r0 = 0x1122334455667788 ll\nr0 = be32 r0', 0x8877_6655n],
  ['r0 = 0x1122334455667788 ll\nr0 = be64 r0', 0x8877_6655_4433_2211n],
  ['r0 = 0x1122334455667788 ll\nr0 = bswap16 r0', 0x8877n],
  ['r0 = 0x1122334455667788 ll\nr0 = bswap32 r0', 0x8877_6655n],
  ['r0 = 0x1122334455667788 ll\nr0 = bswap64 r0', 0x8877_6655_4433_2211n],
];

describe('arithmetic and byte order', () => {
  it.each([...ARITHMETIC_64, ...ARITHMETIC_32, ...BYTE_ORDER])('%s', async (asm, r0) => {
    expect(await evaluate(`${asm}\nexit`)).toBe(r0);
  });
});

describe('jumps', () => {
  const BIG = '0x8000000000000000 ll';
  /** [operator, left, right, taken as 64 bits, taken as 32 bits] */
  const rows: [string, string, string, boolean, boolean][] = [
    ['==', '0x100000005 ll', '5', false, true],
    ['==', '-1', '-1', true, true],
    ['!=', '0x100000005 ll', '5', true, false],
    ['&', '0x100000000 ll', '1', false, false],
    ['&', '0x8', '0xc', true, true],
    ['<', '0x100000001 ll', '2', false, true],
    ['<', '1', '-1', true, true],
    ['<=', '5', '5', true, true],
    ['<=', '0x100000006 ll', '5', false, false],
    ['>', '-1', '1', true, true],
    ['>', '0x100000000 ll', '1', true, false],
    ['>=', '5', '5', true, true],
    ['>=', '0x100000001 ll', '2', true, false],
    ['s<', '-1', '1', true, true],
    ['s<', BIG, '1', true, true],
    ['s<=', '-5', '-5', true, true],
    ['s<=', '0x80000000 ll', '-1', false, true],
    ['s>', '1', '-1', true, true],
    ['s>', '0x80000000 ll', '1', true, false],
    ['s>=', '-5', '-5', true, true],
    ['s>=', BIG, '0', false, true],
  ];
  it.each(rows)('if %s: %s, %s', async (operator, left, right, taken64, taken32) => {
    const program = (l: string, r: string, prelude: string): string =>
      `r1 = ${left}\n${prelude}r0 = 1\nif ${l} ${operator} ${r} goto end\nr0 = 0\nend:\nexit`;
    const second = `r2 = ${right}\n`;
    expect(await evaluate(program('r1', right, ''))).toBe(taken64 ? 1n : 0n);
    expect(await evaluate(program('r1', 'r2', second))).toBe(taken64 ? 1n : 0n);
    expect(await evaluate(program('w1', right, ''))).toBe(taken32 ? 1n : 0n);
    expect(await evaluate(program('w1', 'w2', second))).toBe(taken32 ? 1n : 0n);
  });

  it.each(['goto end', 'gotol end'])('%s', async (jump) => {
    expect(await evaluate(`r0 = 1\n${jump}\nr0 = 2\nend:\nexit`)).toBe(1n);
  });

  it('backwards, as a loop', async () => {
    expect(await evaluate('r0 = 0\nr1 = 10\nl:\nr0 += r1\nr1 -= 1\nif r1 != 0 goto l\nexit')).toBe(
      55n,
    );
  });

  it('may_goto ends a loop that does not end by itself', async () => {
    const { program } = await loadText(
      'r0 = 0\nl:\nmay_goto end\nr0 += 1\ngoto l\nend:\nr0 = 7\nexit',
      {
        options: { instructionBudget: 10_000 },
      },
    );
    expect(program.run({}).verdict).toBe(7);
  });
});

describe('memory', () => {
  /** [assembler text, memory before, r0, memory after]; r1 is the address of the memory. */
  const rows: [string, string, bigint, string?][] = [
    ['r0 = *(u8 *)(r1 + 1)', '01ff', 0xffn],
    ['r0 = *(u16 *)(r1 + 1)', '01ff80', 0x80ffn],
    ['r0 = *(u32 *)(r1 + 1)', '01fffefdfc', 0xfcfd_feffn],
    ['r0 = *(u64 *)(r1 + 1)', '000102030405060788', 0x8807_0605_0403_0201n],
    ['r0 = *(s8 *)(r1 + 0)', '80', 0xffff_ffff_ffff_ff80n],
    ['r0 = *(s16 *)(r1 + 0)', '0180', 0xffff_ffff_ffff_8001n],
    ['r0 = *(s32 *)(r1 + 0)', '01000080', 0xffff_ffff_8000_0001n],
    ['r0 = *(s8 *)(r1 + 0)', '7f', 0x7fn],
    ['r0 = 0\n*(u8 *)(r1 + 1) = 0x1ff', '000000', 0n, '00ff00'],
    ['r0 = 0\n*(u16 *)(r1 + 0) = -2', '000000', 0n, 'feff00'],
    ['r0 = 0\n*(u32 *)(r1 + 0) = -2', '0000000000', 0n, 'feffffff00'],
    ['r0 = 0\n*(u64 *)(r1 + 0) = -2', '000000000000000000', 0n, 'feffffffffffffff00'],
    ['r0 = 0x1122334455667788 ll\n*(u8 *)(r1 + 0) = r0', '0000', 0x1122_3344_5566_7788n, '8800'],
    [
      'r0 = 0x1122334455667788 ll\n*(u16 *)(r1 + 0) = r0',
      '000000',
      0x1122_3344_5566_7788n,
      '887700',
    ],
    [
      'r0 = 0x1122334455667788 ll\n*(u32 *)(r1 + 0) = r0',
      '0000000000',
      0x1122_3344_5566_7788n,
      '8877665500',
    ],
    [
      'r0 = 0x1122334455667788 ll\n*(u64 *)(r1 + 0) = r0',
      '0000000000000000',
      0x1122_3344_5566_7788n,
      '8877665544332211',
    ],
    ['w0 = load_acquire((u32 *)(r1 + 0))', '01000080', 0x8000_0001n],
    ['r0 = 5\nstore_release((u16 *)(r1 + 0), w0)', '000000', 5n, '050000'],
  ];
  it.each(rows)('%s', async (asm, before, r0, after) => {
    const context = fromHex(before);
    expect(await evaluate(`${asm}\nexit`, { input: { context } })).toBe(r0);
    const { program } = await loadText(`${asm}\nexit`);
    const result = program.run({ context });
    expect(hex(result.context ?? new Uint8Array())).toBe(after ?? before);
    expect(hex(context)).toBe(before);
  });
});

describe('atomics', () => {
  const MEMORY = '0f000000f0000000';
  /** [instruction on r2 = 0x300000003, r0 = what r2 becomes, memory after] */
  const rows: [string, bigint, string][] = [
    ['lock *(u64 *)(r1 + 0) += r2', 0x3_0000_0003n, '12000000f3000000'],
    ['lock *(u64 *)(r1 + 0) |= r2', 0x3_0000_0003n, '0f000000f3000000'],
    ['lock *(u64 *)(r1 + 0) &= r2', 0x3_0000_0003n, '0300000000000000'],
    ['lock *(u64 *)(r1 + 0) ^= r2', 0x3_0000_0003n, '0c000000f3000000'],
    ['r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)', 0xf0_0000_000fn, '12000000f3000000'],
    ['r2 = atomic_fetch_or((u64 *)(r1 + 0), r2)', 0xf0_0000_000fn, '0f000000f3000000'],
    ['r2 = atomic_fetch_and((u64 *)(r1 + 0), r2)', 0xf0_0000_000fn, '0300000000000000'],
    ['r2 = atomic_fetch_xor((u64 *)(r1 + 0), r2)', 0xf0_0000_000fn, '0c000000f3000000'],
    ['r2 = xchg_64(r1 + 0, r2)', 0xf0_0000_000fn, '0300000003000000'],
    ['lock *(u32 *)(r1 + 0) += r2', 0x3_0000_0003n, '12000000f0000000'],
    ['w2 = atomic_fetch_add((u32 *)(r1 + 0), w2)', 0xfn, '12000000f0000000'],
    ['w2 = xchg32_32(r1 + 0, w2)', 0xfn, '03000000f0000000'],
  ];
  it.each(rows)('%s', async (asm, r2, after) => {
    const text = `r2 = 0x300000003 ll\n${asm}\nr0 = r2\nexit`;
    const context = fromHex(MEMORY);
    expect(await evaluate(text, { input: { context } })).toBe(r2);
    const { program } = await loadText(text);
    expect(hex(program.run({ context }).context ?? new Uint8Array())).toBe(after);
  });

  it.each([
    [
      'r0 = 0xf00000000f ll',
      'r0 = cmpxchg_64(r1 + 0, r0, r2)',
      0xf0_0000_000fn,
      '0300000003000000',
    ],
    ['r0 = 1', 'r0 = cmpxchg_64(r1 + 0, r0, r2)', 0xf0_0000_000fn, MEMORY],
    ['r0 = 0x70000000f ll', 'w0 = cmpxchg32_32(r1 + 0, w0, w2)', 0xfn, '03000000f0000000'],
    ['r0 = 1', 'w0 = cmpxchg32_32(r1 + 0, w0, w2)', 0xfn, MEMORY],
  ])('%s, %s', async (expected, exchange, r0, after) => {
    const text = `${expected}\nr2 = 0x300000003 ll\n${exchange}\nexit`;
    const context = fromHex(MEMORY);
    expect(await evaluate(text, { input: { context } })).toBe(r0);
    const { program } = await loadText(text);
    expect(hex(program.run({ context }).context ?? new Uint8Array())).toBe(after);
  });
});

describe('state at entry', () => {
  it('registers but r1 and r10 are 0, the stack is zero', async () => {
    const sum = [0, 2, 3, 4, 5, 6, 7, 8, 9].map((r) => (r === 0 ? '' : `r0 |= r${r}`)).join('\n');
    expect(await evaluate(`${sum.trim()}\nexit`)).toBe(0n);
    const { program } = await loadText(
      'r0 = *(u64 *)(r10 - 512)\nr1 = *(u64 *)(r10 - 8)\nr0 |= r1\n*(u64 *)(r10 - 512) = 1\n*(u64 *)(r10 - 8) = 1\nexit',
    );
    expect(program.run({}).verdict).toBe(0);
    expect(program.run({}).verdict).toBe(0);
  });
});
