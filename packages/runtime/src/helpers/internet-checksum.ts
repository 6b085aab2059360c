/**
 * One's complement sums as the kernel computes them (include/net/checksum.h). Words are read as the
 * little-endian host reads them; a sum in either byte order folds to the same checksum (RFC 1071).
 */

/** 32-bit sum with end-around carry. */
function add(a: number, b: number): number {
  const sum = (a >>> 0) + (b >>> 0);
  return (sum > 0xffff_ffff ? sum - 0xffff_ffff : sum) >>> 0;
}

/** a - b. */
export function subtract(a: number, b: number): number {
  return add(a, ~b);
}

/** Sum of `size` bytes and `seed`. A last odd byte counts as if a zero followed. */
export function sum(bytes: Uint8Array, at: number, size: number, seed: number): number {
  let total = seed >>> 0;
  const even = size & ~1;
  for (let i = 0; i < even; i += 2) {
    total = add(total, (bytes[at + i] as number) | ((bytes[at + i + 1] as number) << 8));
  }
  return even === size ? total : add(total, bytes[at + even] as number);
}

/** To 16 bits, without complement (csum_from32to16). */
export function fold(value: number): number {
  const once = (value & 0xffff) + (value >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/** The checksum field `old` after a sum changed by `difference` (csum_replace_by_diff). */
export function replaceByDifference(old: number, difference: number): number {
  return ~fold(add(difference, ~old & 0xffff)) & 0xffff;
}

/** The checksum field after one 16-bit word changed (csum_replace2). */
export function replace16(old: number, from: number, to: number): number {
  return ~add16(add16(~old & 0xffff, ~from & 0xffff), to & 0xffff) & 0xffff;
}

/** The checksum field after one 32-bit word changed (csum_replace4). */
export function replace32(old: number, from: number, to: number): number {
  return ~fold(add(subtract(~old & 0xffff, from), to)) & 0xffff;
}

function add16(a: number, b: number): number {
  const total = a + b;
  return (total & 0xffff) + (total >>> 16);
}
