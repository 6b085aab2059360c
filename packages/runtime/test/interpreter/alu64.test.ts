import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as alu64 from '../../src/interpreter/alu64.ts';
import { createRegisterWords, toBigint } from '../../src/interpreter/registers.ts';

type Operation = (
  lo: ReturnType<typeof createRegisterWords>,
  hi: ReturnType<typeof createRegisterWords>,
  d: 0,
  bl: number,
  bh: number,
) => void;

const unsigned = (x: bigint) => BigInt.asUintN(64, x);
const signed = (x: bigint) => BigInt.asIntN(64, x);
const low = (x: bigint) => Number(BigInt.asIntN(32, x));
const high = (x: bigint) => Number(BigInt.asIntN(32, x >> 32n));

/** Any 64-bit value, edges and small values often enough to meet. */
const word64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 53n + 2n }),
  fc.bigInt({ min: 0n, max: 300n }),
  fc.bigInt({ min: 2n ** 64n - 300n, max: 2n ** 64n - 1n }),
  fc.constantFrom(
    0n,
    1n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ),
);

function apply(operation: Operation, a: bigint, b: bigint): bigint {
  const lo = createRegisterWords();
  const hi = createRegisterWords();
  lo[0] = low(a);
  hi[0] = high(a);
  operation(lo, hi, 0, low(b), high(b));
  return toBigint(lo[0], hi[0]);
}

const laws: [string, Operation, (a: bigint, b: bigint) => bigint][] = [
  ['multiply', alu64.multiply, (a, b) => a * b],
  ['divide', alu64.divide, (a, b) => (b === 0n ? 0n : a / b)],
  ['modulo', alu64.modulo, (a, b) => (b === 0n ? a : a % b)],
  ['divideSigned', alu64.divideSigned, (a, b) => (b === 0n ? 0n : signed(a) / signed(b))],
  ['moduloSigned', alu64.moduloSigned, (a, b) => (b === 0n ? a : signed(a) % signed(b))],
  ['shiftLeft', alu64.shiftLeft, (a, b) => a << (b & 63n)],
  ['shiftRight', alu64.shiftRight, (a, b) => a >> (b & 63n)],
  ['shiftRightArithmetic', alu64.shiftRightArithmetic, (a, b) => signed(a) >> (b & 63n)],
];

describe('64-bit arithmetic agrees with BigInt', () => {
  it.each(laws)('%s', (_name, operation, law) => {
    fc.assert(
      fc.property(word64, word64, (a, b) => {
        expect(apply(operation, a, b)).toBe(unsigned(law(a, b)));
      }),
      { numRuns: 3000 },
    );
  });

  it('isBelow', () => {
    fc.assert(
      fc.property(word64, word64, (a, b) => {
        expect(alu64.isBelow(low(a), high(a), low(b), high(b))).toBe(a < b);
      }),
    );
  });
});

describe('edges', () => {
  const intMin = 2n ** 63n;
  const minusOne = 2n ** 64n - 1n;
  const rows: [string, Operation, bigint, bigint, bigint][] = [
    ['INT64_MIN sdiv -1', alu64.divideSigned, intMin, minusOne, intMin],
    ['INT64_MIN smod -1', alu64.moduloSigned, intMin, minusOne, 0n],
    ['-7 sdiv 2 rounds to zero', alu64.divideSigned, unsigned(-7n), 2n, unsigned(-3n)],
    ['-7 smod 2 keeps the sign', alu64.moduloSigned, unsigned(-7n), 2n, unsigned(-1n)],
    ['div by zero', alu64.divide, 5n, 0n, 0n],
    ['mod by zero', alu64.modulo, 5n, 0n, 5n],
    ['max div max', alu64.divide, minusOne, minusOne, 1n],
    ['max div 1', alu64.divide, minusOne, 1n, minusOne],
  ];
  it.each(rows)('%s', (_name, operation, a, b, expected) => {
    expect(apply(operation, a, b)).toBe(expected);
  });

  it('swapBytes32', () => {
    expect(alu64.swapBytes32(0x01020384) >>> 0).toBe(0x84030201);
  });
});
