import { ObjectFormatError } from '../../errors.ts';
import type { BtfType } from '../types.ts';

/** Words of which C's integer types are made up. */
const INTEGER_WORDS: ReadonlySet<string> = new Set([
  'signed',
  'unsigned',
  'char',
  'short',
  'int',
  'long',
  '__int128',
  '_Bool',
]);

const FLOAT_SIZES: Readonly<Record<string, number>> = {
  _Float16: 2,
  __bf16: 2,
  float: 4,
  double: 8,
  'long double': 16,
};

/**
 * An integer type in C: by its own name where C has that name with that size (of LP64), else by size.
 *
 * @throws ObjectFormatError for a size that C has no integers of
 */
export function integerInC(type: Extract<BtfType, { kind: 'int' }>): string {
  const name = type.name === 'bool' ? '_Bool' : type.name;
  if (sizeOfName(name) === type.size) return name;
  if (type.encoding === 'bool' && type.size === 1) return '_Bool';
  const plain = { 1: 'char', 2: 'short', 4: 'int', 8: 'long', 16: '__int128' }[type.size];
  if (plain === undefined) {
    throw new ObjectFormatError(
      `int "${type.name}" of ${type.size} bytes has no name in C`,
      '.BTF',
    );
  }
  return `${type.encoding === 'signed' ? 'signed' : 'unsigned'} ${plain}`;
}

/** @throws ObjectFormatError for a size that C has no floating-point numbers of */
export function floatInC(type: Extract<BtfType, { kind: 'float' }>): string {
  if (FLOAT_SIZES[type.name] === type.size) return type.name;
  const bySize = Object.entries(FLOAT_SIZES).find(([, size]) => size === type.size);
  if (bySize === undefined) {
    throw new ObjectFormatError(
      `float "${type.name}" of ${type.size} bytes has no name in C`,
      '.BTF',
    );
  }
  return bySize[0];
}

function sizeOfName(name: string): number | null {
  const words = name.split(' ');
  if (!words.every((word) => INTEGER_WORDS.has(word))) return null;
  if (words.includes('char') || words.includes('_Bool')) return 1;
  if (words.includes('short')) return 2;
  if (words.includes('__int128')) return 16;
  return words.includes('long') ? 8 : 4;
}

/** Attribute that gives an enum its size; '' where it has the size of an int anyway. */
export function enumMode(size: number): string {
  const mode = { 1: 'QI', 2: 'HI', 8: 'DI' }[size];
  return mode === undefined ? '' : ` __attribute__((mode(${mode})))`;
}
