import { errno } from '@anybpf/bytecode';
import type { Machine } from '../interpreter/machine.ts';
import type { HelperFunction } from './bound-helper.ts';
import { unsigned64 } from './words.ts';

const TWO_32 = 4294967296;
const BASE_MASK = 0x1f;
/** Digits that are looked at, from the first one on. */
const MAX_DIGITS = 63;

const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;
const MINUS = 0x2d;
const ZERO = 0x30;
const LOWER_X = 0x78;

/** Result of the last `parse`: an unsigned 64-bit value in two unsigned words, and its sign. */
const parsed = { lo: 0, hi: 0, negative: false };

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 0x09 && byte <= 0x0d) || byte === NO_BREAK_SPACE;
}

/** Value of a digit of base 16 or less; 16 for other characters. */
function digitOf(byte: number): number {
  if (byte >= ZERO && byte <= 0x39) return byte - ZERO;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 16;
}

/** __bpf_strtoull: characters consumed, or a negative errno; the value is in `parsed`. */
function parse(bytes: Uint8Array, start: number, size: number, flags: number): number {
  const base = flags & BASE_MASK;
  if (flags > BASE_MASK || (base !== 0 && base !== 8 && base !== 10 && base !== 16)) {
    return -errno.EINVAL;
  }
  const byteAt = (at: number): number => (at < limit ? (bytes[at] as number) : 0);
  let at = start;
  let limit = start + size;
  while (at < limit && isSpace(byteAt(at))) at++;
  parsed.negative = byteAt(at) === MINUS;
  if (parsed.negative) at++;
  if (at >= limit) return -errno.EINVAL;
  limit = Math.min(limit, at + MAX_DIGITS);

  const prefixed = byteAt(at) === ZERO && (byteAt(at + 1) | 0x20) === LOWER_X;
  let radix = base;
  if (radix === 0) {
    const hex = prefixed && digitOf(byteAt(at + 2)) < 16;
    radix = byteAt(at) !== ZERO ? 10 : hex ? 16 : 8;
  }
  if (radix === 16 && prefixed) at += 2;

  const first = at;
  let overflow = false;
  parsed.lo = 0;
  parsed.hi = 0;
  for (; at < limit; at++) {
    const digit = digitOf(byteAt(at));
    if (digit >= radix) break;
    const low = parsed.lo * radix + digit;
    const high = parsed.hi * radix + Math.floor(low / TWO_32);
    if (high >= TWO_32) overflow = true;
    parsed.lo = low % TWO_32;
    parsed.hi = high % TWO_32;
  }
  if (overflow) return -errno.ERANGE;
  return at === first ? -errno.EINVAL : at - start;
}

function writeResult(machine: Machine, lo: number, hi: number): void {
  const { args } = machine;
  const bytes = args.bytes[4] as Uint8Array;
  const at = args.at[4] as number;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, lo, true);
  view.setUint32(at + 4, hi, true);
}

function parseArgument(machine: Machine): number {
  const { args } = machine;
  writeResult(machine, 0, 0);
  return parse(
    args.bytes[1] as Uint8Array,
    args.at[1] as number,
    args.sizes[1] as number,
    unsigned64(machine, 3),
  );
}

const toSigned: HelperFunction = (machine) => {
  const consumed = parseArgument(machine);
  if (consumed < 0) return consumed;
  const { lo, hi, negative } = parsed;
  const most = 0x8000_0000;
  if (negative ? hi > most || (hi === most && lo > 0) : hi >= most) return -errno.ERANGE;
  if (negative) writeResult(machine, -lo >>> 0, (lo === 0 ? -hi : ~hi) >>> 0);
  else writeResult(machine, lo, hi);
  return consumed;
};

const toUnsigned: HelperFunction = (machine) => {
  const consumed = parseArgument(machine);
  if (consumed < 0) return consumed;
  if (parsed.negative) return -errno.EINVAL;
  writeResult(machine, parsed.lo, parsed.hi);
  return consumed;
};

/** -1, 0 or 1 (lib/string.c). */
const compare: HelperFunction = ({ args }) => {
  const bytes = args.bytes[1] as Uint8Array;
  const at = args.at[1] as number;
  const size = args.sizes[1] as number;
  const other = args.bytes[3] as Uint8Array;
  const otherAt = args.at[3] as number;
  for (let i = 0; i < size; i++) {
    const a = bytes[at + i] as number;
    const b = other[otherAt + i] as number;
    if (a !== b) return a < b ? -1 : 1;
    if (a === 0) break;
  }
  return 0;
};

export const stringHelpers: Readonly<Record<string, HelperFunction>> = {
  strtol: toSigned,
  strtoul: toUnsigned,
  strncmp: compare,
};
