import { readU32 } from './bytes.ts';

const INITIAL = 0xdeadbeef | 0;

/**
 * Bob Jenkins' lookup3 as the kernel uses it (include/linux/jhash.h: jhash, which on a little-endian
 * machine equals jhash2 for whole words). A hash of `size` bytes, as a signed 32-bit number: that one
 * the engine never boxes.
 */
export function jenkinsHash(bytes: Uint8Array, at: number, size: number, seed: number): number {
  let a = (INITIAL + size + seed) | 0;
  let b = a;
  let c = a;
  let left = size;
  let i = at;
  while (left > 12) {
    a = (a + readU32(bytes, i)) | 0;
    b = (b + readU32(bytes, i + 4)) | 0;
    c = (c + readU32(bytes, i + 8)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
    left -= 12;
    i += 12;
  }
  if (left === 0) return c;
  a = (a + tailWord(bytes, i, left)) | 0;
  b = (b + tailWord(bytes, i + 4, left - 4)) | 0;
  c = (c + tailWord(bytes, i + 8, left - 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** The word at `at` of which `left` bytes exist, the others zero. */
function tailWord(bytes: Uint8Array, at: number, left: number): number {
  if (left >= 4) return readU32(bytes, at);
  let word = 0;
  for (let i = 0; i < left; i++) word |= (bytes[at + i] as number) << (8 * i);
  return word;
}
