/**
 * The register file: r0..r10 as two arrays of 32-bit words, so that no 64-bit value is ever boxed.
 * Eleven registers are used; sixteen are there, so that any 4-bit field is a valid index.
 */
export type RegisterIndex = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;

/** One half of the register file: an Int32Array(16), typed so that every register index is present. */
export type RegisterWords = { [index in RegisterIndex]: number };

export function createRegisterWords(): RegisterWords {
  return new Int32Array(16) as unknown as RegisterWords;
}

/** An unsigned 64-bit integer for humans and tests; never on a run's path. */
export function toBigint(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}
