import { encodeUtf8 } from '../elf/text.ts';
import { AnyBpfError } from '../errors.ts';
import type { Endianness } from '../isa/instruction.ts';
import type { KconfigVariable } from '../object/kconfig-map.ts';

/**
 * Configuration of the kernel that programs shall run on, by name: `CONFIG_*`, and what libbpf adds,
 * `LINUX_KERNEL_VERSION` (major << 16 | minor << 8 | patch), `LINUX_HAS_BPF_COOKIE`,
 * `LINUX_HAS_SYSCALL_WRAPPER`. Text is what a configuration file has after `=`: `y`, `n`, `m`, a number
 * or `"text"` with its quotes; booleans are `y` and `n`.
 */
export type Kconfig = Readonly<Record<string, string | number | bigint | boolean>>;

/** A kernel configuration file with a line that says nothing. */
export class KconfigFormatError extends AnyBpfError {
  readonly code = 'KCONFIG_FORMAT';
  /** Counts from 1. */
  readonly line: number;

  constructor(reason: string, line: number) {
    super(`kernel configuration, line ${line}: ${reason}`);
    this.line = line;
  }
}

/**
 * Reads a kernel configuration file (`/boot/config-*`, `/proc/config.gz` unpacked). As in libbpf, lines
 * that do not begin with `CONFIG_` are comments and the first value of a name counts.
 *
 * @throws KconfigFormatError for a name without a value
 */
export function parseKconfig(text: string): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.startsWith('CONFIG_')) continue;
    const at = line.indexOf('=');
    const name = line.slice(0, at < 0 ? line.length : at);
    const value = at < 0 ? '' : line.slice(at + 1).replace(/\r$/, '');
    if (value === '') {
      throw new KconfigFormatError(`${name.slice(0, 80)} has no value`, index + 1);
    }
    if (!values.has(name)) values.set(name, value);
  }
  return Object.fromEntries(values);
}

/**
 * Writes a value as libbpf encodes it for the type of its variable.
 *
 * @param into as many bytes as the variable has, all 0
 * @returns why the value does not fit the type; null when it is written
 */
export function encodeKconfig(
  value: Kconfig[string],
  variable: KconfigVariable,
  into: Uint8Array,
  endianness: Endianness,
): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return `${value} is no integer`;
    return writeNumber(BigInt.asUintN(64, BigInt(value)), variable, into, endianness);
  }
  const text = typeof value === 'boolean' ? (value ? 'y' : 'n') : value;
  switch (text[0]) {
    case 'y':
    case 'n':
    case 'm':
      return writeState(text[0], variable, into, endianness);
    case '"':
      return writeText(text, variable, into);
    default: {
      const number = parseNumber(text);
      if (number === null) return `${shown(text)} is no number of 64 bits`;
      if (variable.encoding === 'bool') return `${shown(text)} is a number, not y or n`;
      return writeNumber(number, variable, into, endianness);
    }
  }
}

/** Values of enum libbpf_tristate. */
const TRISTATE = { n: 0, y: 1, m: 2 } as const;

function writeState(
  state: keyof typeof TRISTATE,
  { encoding, size }: KconfigVariable,
  into: Uint8Array,
  endianness: Endianness,
): string | null {
  switch (encoding) {
    case 'bool':
      if (state === 'm') return 'm is neither y nor n: the variable must be a tristate';
      into[0] = TRISTATE[state];
      return null;
    case 'tristate':
      writeInteger(BigInt(TRISTATE[state]), size, into, endianness);
      return null;
    case 'char':
      into[0] = state.charCodeAt(0);
      return null;
    default:
      return `${state} takes a bool, a tristate or a char`;
  }
}

/** Longer texts are cut, the NUL at the end stays. */
function writeText(
  text: string,
  { encoding, size }: KconfigVariable,
  into: Uint8Array,
): string | null {
  if (encoding !== 'text') return `${shown(text)} takes an array of char`;
  if (text.length < 2 || !text.endsWith('"')) return `${shown(text)} lacks its closing quote`;
  into.set(encodeUtf8(text.slice(1, -1)).subarray(0, size - 1));
  return null;
}

function writeNumber(
  value: bigint,
  { encoding, size, signed }: KconfigVariable,
  into: Uint8Array,
  endianness: Endianness,
): string | null {
  if (encoding === 'tristate' || encoding === 'text') {
    return `${value} takes an integer, a char or a bool`;
  }
  if (encoding === 'bool' && value > 1n) return `${value} is neither 0 nor 1`;
  const kept = signed
    ? BigInt.asUintN(64, BigInt.asIntN(size * 8, value))
    : BigInt.asUintN(size * 8, value);
  if (kept !== value) return `${BigInt.asIntN(64, value)} does not fit ${size} bytes`;
  writeInteger(value, size, into, endianness);
  return null;
}

function writeInteger(value: bigint, size: number, into: Uint8Array, endianness: Endianness): void {
  for (let index = 0; index < size; index++) {
    const at = endianness === 'little' ? index : size - 1 - index;
    into[at] = Number((value >> BigInt(8 * index)) & 0xffn);
  }
}

/** As strtoull with base 0 reads it, whole; negative numbers wrap. */
function parseNumber(text: string): bigint | null {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]{1,16}|0[0-7]{0,22}|[1-9][0-9]{0,19})$/.exec(text);
  if (match === null) return null;
  const [, sign = '', digits = ''] = match;
  const octal = /^0[0-7]/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  if (BigInt.asUintN(64, value) !== value) return null;
  return sign === '-' ? BigInt.asUintN(64, -value) : value;
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
