import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from './load-text.ts';

/**
 * Straight-line arithmetic on four registers, against the same on BigInt: one model of the ISA, of
 * two lines per operation, and written independently of the run loop.
 */
const MASK = 2n ** 64n - 1n;
const signed64 = (x: bigint): bigint => BigInt.asIntN(64, x);
const signed32 = (x: bigint): bigint => BigInt.asIntN(32, x);

const operations: Record<
  string,
  { wide(a: bigint, b: bigint): bigint; narrow(a: bigint, b: bigint): bigint }
> = {
  '+=': { wide: (a, b) => a + b, narrow: (a, b) => a + b },
  '-=': { wide: (a, b) => a - b, narrow: (a, b) => a - b },
  '*=': { wide: (a, b) => a * b, narrow: (a, b) => a * b },
  '/=': { wide: (a, b) => (b === 0n ? 0n : a / b), narrow: (a, b) => (b === 0n ? 0n : a / b) },
  '%=': { wide: (a, b) => (b === 0n ? a : a % b), narrow: (a, b) => (b === 0n ? a : a % b) },
  's/=': {
    wide: (a, b) => (b === 0n ? 0n : signed64(a) / signed64(b)),
    narrow: (a, b) => (b === 0n ? 0n : signed32(a) / signed32(b)),
  },
  's%=': {
    wide: (a, b) => (b === 0n ? a : signed64(a) % signed64(b)),
    narrow: (a, b) => (b === 0n ? a : signed32(a) % signed32(b)),
  },
  '|=': { wide: (a, b) => a | b, narrow: (a, b) => a | b },
  '&=': { wide: (a, b) => a & b, narrow: (a, b) => a & b },
  '^=': { wide: (a, b) => a ^ b, narrow: (a, b) => a ^ b },
  '<<=': { wide: (a, b) => a << (b & 63n), narrow: (a, b) => a << (b & 31n) },
  '>>=': { wide: (a, b) => a >> (b & 63n), narrow: (a, b) => a >> (b & 31n) },
  's>>=': {
    wide: (a, b) => signed64(a) >> (b & 63n),
    narrow: (a, b) => signed32(a) >> (b & 31n),
  },
  '=': { wide: (_a, b) => b, narrow: (_a, b) => b },
};

const register = fc.integer({ min: 1, max: 4 });
const immediate = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 1, -1, 2, 31, 32, 63, -(2 ** 31), 2 ** 31 - 1),
);
const step = fc.record({
  operator: fc.constantFrom(...Object.keys(operations)),
  wide: fc.boolean(),
  dst: register,
  source: fc.oneof(fc.record({ register }), fc.record({ immediate })),
});

it('random arithmetic agrees with BigInt', { timeout: 60_000 }, async () => {
  const start = fc.array(fc.bigInt({ min: 0n, max: MASK }), { minLength: 4, maxLength: 4 });
  const property = fc.asyncProperty(
    start,
    fc.array(step, { maxLength: 20 }),
    async (values, steps) => {
      const lines = values.map((value, i) => `r${i + 1} = 0x${value.toString(16)} ll`);
      const registers = [0n, ...values];
      for (const { operator, wide, dst, source } of steps) {
        const immediateSource = 'immediate' in source;
        const shift = operator.includes('<<') || operator.includes('>>');
        const width = wide ? 64 : 32;
        const value = immediateSource
          ? shift
            ? BigInt(source.immediate & (width - 1))
            : BigInt(source.immediate)
          : (registers[source.register] ?? 0n);
        const name = wide ? 'r' : 'w';
        const operand = immediateSource ? `${value}` : `${name}${source.register}`;
        lines.push(`${name}${dst} ${operator} ${operand}`);
        const operation = operations[operator];
        const a = BigInt.asUintN(width, registers[dst] ?? 0n);
        const b = BigInt.asUintN(width, value);
        const result = wide ? operation?.wide(a, b) : operation?.narrow(a, b);
        registers[dst] = BigInt.asUintN(width, result ?? 0n);
      }
      const sum = [1, 2, 3, 4].map((r) => `r0 *= 31\nr0 += r${r}`);
      const expected = registers.slice(1).reduce((acc, value) => (acc * 31n + value) & MASK, 0n);
      expect(await evaluate([...lines, 'r0 = 0', ...sum, 'exit'].join('\n'))).toBe(expected);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
