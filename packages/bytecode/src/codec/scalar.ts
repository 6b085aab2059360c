import type { Endianness } from '../isa/instruction.ts';
import type { PartCodec } from './codec.ts';
import { ValueError } from './errors.ts';
import { type IntegerCodec, notA } from './integer.ts';

/** true for every value but 0; 0 and 1 are taken too. */
export function boolCodec(integer: IntegerCodec): PartCodec {
  return {
    size: integer.size,
    parts: 1,
    read: (view, offset) => Number(integer.read(view, offset)) !== 0,
    write(value, view, offset) {
      if (value !== true && value !== false && value !== 0 && value !== 1) {
        throw notA('a boolean', value);
      }
      integer.write(Number(value), view, offset);
    },
  };
}

/** Names and numbers of an enum's values; of two names for one number the first is read. */
export function enumCodec(
  integer: IntegerCodec,
  values: readonly { readonly name: string; readonly value: number | bigint }[],
  asName: boolean,
): PartCodec {
  const numbers = new Map<string, number | bigint>();
  const names = new Map<string, string>();
  for (const { name, value } of values) {
    if (!numbers.has(name)) numbers.set(name, value);
    if (!names.has(String(value))) names.set(String(value), name);
  }
  return {
    size: integer.size,
    parts: 1,
    read: asName
      ? (view, offset) => {
          const value = integer.read(view, offset);
          return names.get(String(value)) ?? value;
        }
      : (view, offset) => integer.read(view, offset),
    write(value, view, offset) {
      if (typeof value !== 'string') return integer.write(value, view, offset);
      const number = numbers.get(value);
      if (number === undefined) {
        const known = [...numbers.keys()].slice(0, 8).join(', ');
        throw new ValueError('', `there is no enumerator "${value.slice(0, 40)}", but ${known}`);
      }
      integer.write(number, view, offset);
    },
  };
}

/** A floating-point number of 4 or 8 bytes; null for other sizes. */
export function floatCodec(size: number, endianness: Endianness): PartCodec | null {
  const little = endianness === 'little';
  const checked = (value: unknown): number => {
    if (typeof value !== 'number') throw notA('a number', value);
    return value;
  };
  switch (size) {
    case 4:
      return {
        size,
        parts: 1,
        read: (view, offset) => view.getFloat32(offset, little),
        write: (value, view, offset) => view.setFloat32(offset, checked(value), little),
      };
    case 8:
      return {
        size,
        parts: 1,
        read: (view, offset) => view.getFloat64(offset, little),
        write: (value, view, offset) => view.setFloat64(offset, checked(value), little),
      };
    default:
      return null;
  }
}
