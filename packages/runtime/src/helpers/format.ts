import { errno } from '@anybpf/bytecode';
import type { Machine } from '../interpreter/machine.ts';
import { tryLocate } from '../interpreter/memory.ts';
import { toBigint } from '../interpreter/registers.ts';

/** Where conversions take their arguments from; index counts from 0. */
export interface FormatArguments {
  readonly count: number;
  lo(index: number): number;
  hi(index: number): number;
}

/** Longest text that one call prints (kernel MAX_TRACE_PRINTK_VARARGS, bpf_bprintf buffers). */
const MAX_TEXT = 1024;

const CONVERSION =
  /^%([0+\- ]*)([1-9]\d*)?(?:(%)|(p[ku]s|s)|(c)|(p[xKSsB]|p(?=$|[\s\p{P}\p{S}]))|p([iI])([46])|(ll|l)?([iduxX]))/u;

/**
 * Text of a format string as bpf_trace_printk and bpf_snprintf take it (bpf_bprintf_prepare):
 * `%d %i %u %x %X` with `l`, `ll`, width and flags, `%c %s %p %pks %pus %px %pi4 %pI6 %%`.
 * This builds strings, and numbers of 64 bits in decimal as bigint: it prints, it is no fast path.
 *
 * @returns -EINVAL for what the kernel refuses
 */
export function formatText(
  machine: Machine,
  format: string,
  args: FormatArguments,
): string | number {
  let text = '';
  let rest = format;
  let used = 0;
  while (rest !== '') {
    if (!rest.startsWith('%')) {
      const next = rest.indexOf('%');
      const plain = next < 0 ? rest : rest.slice(0, next);
      if (!isPrintable(plain)) return -errno.EINVAL;
      text += plain;
      rest = rest.slice(plain.length);
      continue;
    }
    const match = CONVERSION.exec(rest);
    if (match === null) return -errno.EINVAL;
    rest = rest.slice(match[0].length);
    if (match[3] !== undefined) {
      text += '%';
      continue;
    }
    if (used >= args.count) return -errno.EINVAL;
    const converted = convert(machine, match, args.lo(used), args.hi(used));
    if (converted === null) return -errno.EINVAL;
    text += pad(converted, match[1] ?? '', Number(match[2] ?? 0));
    used++;
  }
  return text.slice(0, MAX_TEXT);
}

function convert(machine: Machine, match: RegExpExecArray, lo: number, hi: number): string | null {
  const [, flags = '', , , string, character, pointer, ip, version, length, integer] = match;
  if (string !== undefined) return readString(machine, lo, hi);
  if (character !== undefined) return String.fromCharCode(lo & 0xff);
  if (pointer !== undefined) return toBigint(lo, hi).toString(16).padStart(16, '0');
  if (ip !== undefined) return version === '4' ? ipv4(machine, lo, hi) : ipv6(machine, ip, lo, hi);
  const wide = length !== undefined;
  switch (integer) {
    case 'd':
    case 'i': {
      const value = wide ? BigInt.asIntN(64, toBigint(lo, hi)) : BigInt(lo);
      const sign =
        value >= 0n && flags.includes('+') ? '+' : value >= 0n && flags.includes(' ') ? ' ' : '';
      return sign + value.toString();
    }
    case 'u':
      return (wide ? toBigint(lo, hi) : lo >>> 0).toString();
    case 'x':
      return (wide ? toBigint(lo, hi) : lo >>> 0).toString(16);
    case 'X':
      return (wide ? toBigint(lo, hi) : lo >>> 0).toString(16).toUpperCase();
    default:
      return null;
  }
}

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+\- ]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** A string that cannot be read is empty, as for the kernel. */
function readString(machine: Machine, lo: number, hi: number): string {
  let text = '';
  for (let i = 0; i < MAX_TEXT; i++) {
    const at = tryLocate(machine, hi, (lo + i) | 0, 1, 'reads');
    const byte = at < 0 ? 0 : (machine.bytes[at] as number);
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

function readBytes(machine: Machine, lo: number, hi: number, size: number): Uint8Array {
  const at = tryLocate(machine, hi, lo, size, 'reads');
  return at < 0 ? new Uint8Array(size) : machine.bytes.slice(at, at + size);
}

function ipv4(machine: Machine, lo: number, hi: number): string {
  return [...readBytes(machine, lo, hi, 4)].join('.');
}

/** `%pI6` has colons, `%pi6` has none; zeroes are not left out. */
function ipv6(machine: Machine, form: string, lo: number, hi: number): string {
  const hex = [...readBytes(machine, lo, hi, 16)].map((byte) => byte.toString(16).padStart(2, '0'));
  const groups = Array.from({ length: 8 }, (_, i) => `${hex[2 * i]}${hex[2 * i + 1]}`);
  return groups.join(form === 'I' ? ':' : '');
}

/** Printable ASCII and white space. */
function isPrintable(text: string): boolean {
  return /^[\t-\r -~]*$/.test(text);
}

/** Bytes as text, one character each, up to the first NUL. */
export function latin1(bytes: Uint8Array, at: number, size: number): string {
  let text = '';
  for (let i = 0; i < size && bytes[at + i] !== 0; i++) {
    text += String.fromCharCode(bytes[at + i] as number);
  }
  return text;
}
