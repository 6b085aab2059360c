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

/**
 * Sum of `size` bytes and `seed` (csum_partial of x86-64). A last word counts as if zeros followed.
 * It goes by 32-bit words: the width decides which of the two zeros, 0 or ~0, a sum comes to.
 */
export function sum(bytes: Uint8Array, at: number, size: number, seed: number): number {
  let total = seed >>> 0;
  const end = at + size;
  for (let i = at; i < end; i += 4) {
    let word = bytes[i] as number;
    if (i + 1 < end) word |= (bytes[i + 1] as number) << 8;
    if (i + 2 < end) word |= (bytes[i + 2] as number) << 16;
    if (i + 3 < end) word |= (bytes[i + 3] as number) << 24;
    total = add(total, word);
  }
  return total;
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
