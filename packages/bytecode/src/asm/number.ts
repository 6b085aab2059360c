/** Longest spelling that can be in range: 64 bits in binary, with room for leading zeros. */
const MAX_DIGITS = 80;

const DECIMAL = /^\d+$/;
const PREFIXED = /^0(?:[xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)$/;

/**
 * Value of a number token: decimal or `0x`, `0o`, `0b`.
 *
 * @returns 'malformed', or 'huge' for what no field can hold
 */
export function parseNumber(text: string): bigint | 'malformed' | 'huge' {
  if (!DECIMAL.test(text) && !PREFIXED.test(text)) return 'malformed';
  return text.length > MAX_DIGITS ? 'huge' : BigInt(text);
}

/** Signed hexadecimal as LLVM prints it: `0x1f`, `-0x8`. */
export function signedHex(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** The 64-bit constant of lddw, signed, from its two imms. */
export function joinImm64(imm: number, nextImm: number): bigint {
  return (BigInt(nextImm) << 32n) | BigInt(imm >>> 0);
}

/** The two imms of lddw from a constant between -2^63 and 2^64 - 1. */
export function splitImm64(value: bigint): { readonly imm: number; readonly nextImm: number } {
  return {
    imm: Number(BigInt.asIntN(32, value)),
    nextImm: Number(BigInt.asIntN(32, value >> 32n)),
  };
}
