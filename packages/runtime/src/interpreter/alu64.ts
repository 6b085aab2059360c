import type { RegisterIndex, RegisterWords } from './registers.ts';

/**
 * 64-bit arithmetic on pairs of 32-bit words (RFC 9669 section 4.1), for what does not fit on a line
 * of the run loop. Each function computes `dst op= (bl, bh)` on a register file. Words may be given
 * signed or unsigned; results are stored as signed 32-bit words by the Int32Array behind the file.
 */

const TWO_32 = 4294967296;

export function multiply(
  lo: RegisterWords,
  hi: RegisterWords,
  d: RegisterIndex,
  bl: number,
  bh: number,
): void {
  const al = lo[d];
  const cross = (Math.imul(al, bh) + Math.imul(hi[d], bl)) | 0;
  hi[d] = (multiplyHigh(al, bl) + cross) | 0;
  lo[d] = Math.imul(al, bl);
}

/** Upper word of the 64-bit product of two unsigned words, from four 16-bit products. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carried = a0 * b1 + (middle % 65536);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(carried / 65536)) | 0;
}

// Results of divideUnsigned: one division gives both, and nothing is allocated for them.
let quotientLo = 0;
let quotientHi = 0;
let remainderLo = 0;
let remainderHi = 0;

/** Invariant: the divisor is not zero. */
function divideUnsigned(al: number, ah: number, bl: number, bh: number): void {
  const aHigh = ah >>> 0;
  const bHigh = bh >>> 0;
  if (aHigh < 0x20_0000 && bHigh < 0x20_0000) {
    // Both below 2^53: floor(a / b) of doubles is exact, since a quotient just below an integer is
    // further from it than half a unit in the last place.
    const a = aHigh * TWO_32 + (al >>> 0);
    const b = bHigh * TWO_32 + (bl >>> 0);
    const quotient = Math.floor(a / b);
    const remainder = a - quotient * b;
    quotientLo = quotient | 0;
    quotientHi = (quotient / TWO_32) | 0;
    remainderLo = remainder | 0;
    remainderHi = (remainder / TWO_32) | 0;
    return;
  }
  longDivide(al, ah, bl, bh);
}

/** Shift and subtract, one bit a step: for dividends or divisors of 2^53 and more. */
function longDivide(al: number, ah: number, bl: number, bh: number): void {
  let ql = al | 0;
  let qh = ah | 0;
  let rl = 0;
  let rh = 0;
  for (let bit = 0; bit < 64; bit++) {
    const overflow = rh < 0;
    rh = (rh << 1) | (rl >>> 31);
    rl = (rl << 1) | (qh >>> 31);
    qh = (qh << 1) | (ql >>> 31);
    ql <<= 1;
    if (overflow || !isBelow(rl, rh, bl, bh)) {
      const borrow = rl >>> 0 < bl >>> 0 ? 1 : 0;
      rl = (rl - bl) | 0;
      rh = (rh - bh - borrow) | 0;
      ql |= 1;
    }
  }
  quotientLo = ql;
  quotientHi = qh;
  remainderLo = rl;
  remainderHi = rh;
}

/** Unsigned a < b. */
export function isBelow(al: number, ah: number, bl: number, bh: number): boolean {
  return ah >>> 0 < bh >>> 0 || ((ah | 0) === (bh | 0) && al >>> 0 < bl >>> 0);
}

/** Unsigned division; 0 when the divisor is 0. */
export function divide(
  lo: RegisterWords,
  hi: RegisterWords,
  d: RegisterIndex,
  bl: number,
  bh: number,
): void {
  if ((bl | bh) === 0) {
    lo[d] = 0;
    hi[d] = 0;
    return;
  }
  divideUnsigned(lo[d], hi[d], bl, bh);
  lo[d] = quotientLo;
  hi[d] = quotientHi;
}

/** Unsigned remainder; `dst` unchanged when the divisor is 0. */
export function modulo(
  lo: RegisterWords,
  hi: RegisterWords,
  d: RegisterIndex,
  bl: number,
  bh: number,
): void {
  if ((bl | bh) === 0) return;
  divideUnsigned(lo[d], hi[d], bl, bh);
  lo[d] = remainderLo;
  hi[d] = remainderHi;
}

/** Signed division towards zero; 0 when the divisor is 0, INT64_MIN / -1 is INT64_MIN. */
export function divideSigned(
  lo: RegisterWords,
  hi: RegisterWords,
  d: RegisterIndex,
  bl: number,
  bh: number,
): void {
  if ((bl | bh) === 0) {
    lo[d] = 0;
    hi[d] = 0;
    return;
  }
  const negative = (hi[d] ^ bh) < 0;
  divideMagnitudes(lo[d], hi[d], bl, bh);
  lo[d] = negative ? -quotientLo : quotientLo;
  hi[d] = negative ? negatedHigh(quotientLo, quotientHi) : quotientHi;
}

/** Signed remainder with the sign of the dividend; `dst` unchanged when the divisor is 0. */
export function moduloSigned(
  lo: RegisterWords,
  hi: RegisterWords,
  d: RegisterIndex,
  bl: number,
  bh: number,
): void {
  if ((bl | bh) === 0) return;
  const negative = hi[d] < 0;
  divideMagnitudes(lo[d], hi[d], bl, bh);
  lo[d] = negative ? -remainderLo : remainderLo;
  hi[d] = negative ? negatedHigh(remainderLo, remainderHi) : remainderHi;
}

function divideMagnitudes(al: number, ah: number, bl: number, bh: number): void {
  const aNegative = ah < 0;
  const bNegative = bh < 0;
  divideUnsigned(
    aNegative ? -al | 0 : al,
    aNegative ? negatedHigh(al, ah) : ah,
    bNegative ? -bl | 0 : bl,
    bNegative ? negatedHigh(bl, bh) : bh,
  );
}

/** Upper word of -(lo, hi). */
export function negatedHigh(lo: number, hi: number): number {
  return lo === 0 ? -hi | 0 : ~hi;
}

/** `count` is masked to 6 bits, as every shift of 64 bits. */
export function shiftLeft(
  lo: RegisterWords,
  hi: RegisterWords,
  d: RegisterIndex,
  count: number,
): void {
  const n = count & 63;
  if (n === 0) return;
  const low = lo[d];
  if (n >= 32) {
    hi[d] = low << (n - 32);
    lo[d] = 0;
  } else {
    hi[d] = (hi[d] << n) | (low >>> (32 - n));
    lo[d] = low << n;
  }
}

export function shiftRight(
  lo: RegisterWords,
  hi: RegisterWords,
  d: RegisterIndex,
  count: number,
): void {
  const n = count & 63;
  if (n === 0) return;
  const high = hi[d];
  if (n >= 32) {
    lo[d] = high >>> (n - 32);
    hi[d] = 0;
  } else {
    lo[d] = (lo[d] >>> n) | (high << (32 - n));
    hi[d] = high >>> n;
  }
}

export function shiftRightArithmetic(
  lo: RegisterWords,
  hi: RegisterWords,
  d: RegisterIndex,
  count: number,
): void {
  const n = count & 63;
  if (n === 0) return;
  const high = hi[d];
  if (n >= 32) {
    lo[d] = high >> (n - 32);
    hi[d] = high >> 31;
  } else {
    lo[d] = (lo[d] >>> n) | (high << (32 - n));
    hi[d] = high >> n;
  }
}

/** Reverses the bytes of a 32-bit word. */
export function swapBytes32(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
