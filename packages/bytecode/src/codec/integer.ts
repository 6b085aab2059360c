import type { Endianness } from '../isa/instruction.ts';
import type { PartCodec } from './codec.ts';
import { ValueError } from './errors.ts';

/** A part whose values are integers: number or bigint, always the same of the two. */
export interface IntegerCodec extends PartCodec {
  read(view: DataView, offset: number): number | bigint;
}

/** The integer as the codec's own kind of number. @throws ValueError */
export type IntegerCheck = (value: unknown) => number | bigint;

/** Accepts what fits `bits`; gives a bigint where `wide`. */
export function integerCheck(bits: number, signed: boolean, wide: boolean): IntegerCheck {
  const low = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const high = signed ? -low - 1n : 2n ** BigInt(bits) - 1n;
  const least = Number(low);
  const most = Number(high);
  const outside = (value: number | bigint): ValueError =>
    new ValueError('', `${value} is outside ${low}..${high}`);
  if (wide) {
    return (value) => {
      const exact =
        typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
      if (typeof exact !== 'bigint') throw notA('a bigint or whole number', value);
      if (exact < low || exact > high) throw outside(exact);
      return exact;
    };
  }
  return (value) => {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number))
      throw notA('a whole number', value);
    if (number < least || number > most) throw outside(number);
    return number;
  };
}

export function notA(what: string, value: unknown): ValueError {
  const shown =
    typeof value === 'string'
      ? JSON.stringify(value.slice(0, 40))
      : typeof value === 'object' && value !== null
        ? Array.isArray(value)
          ? 'an array'
          : 'an object'
        : String(value);
  return new ValueError('', `${shown} is not ${what}`);
}

const SIZES: ReadonlySet<number> = new Set([1, 2, 4, 8, 16]);

/** An integer of 1, 2, 4, 8 or 16 bytes; null for other sizes. */
export function integerCodec(
  size: number,
  signed: boolean,
  endianness: Endianness,
): IntegerCodec | null {
  if (!SIZES.has(size)) return null;
  const little = endianness === 'little';
  const check = integerCheck(size * 8, signed, size >= 8);
  const codec = (
    read: (view: DataView, offset: number) => number | bigint,
    set: (view: DataView, offset: number, value: number | bigint) => void,
  ): IntegerCodec => ({
    size,
    parts: 1,
    read,
    write: (value, view, offset) => set(view, offset, check(value)),
  });
  switch (size) {
    case 1:
      return codec(
        signed ? (view, at) => view.getInt8(at) : (view, at) => view.getUint8(at),
        (view, at, value) => view.setUint8(at, Number(value)),
      );
    case 2:
      return codec(
        signed ? (view, at) => view.getInt16(at, little) : (view, at) => view.getUint16(at, little),
        (view, at, value) => view.setUint16(at, Number(value), little),
      );
    case 4:
      return codec(
        signed ? (view, at) => view.getInt32(at, little) : (view, at) => view.getUint32(at, little),
        (view, at, value) => view.setUint32(at, Number(value), little),
      );
    case 8:
      return codec(
        signed
          ? (view, at) => view.getBigInt64(at, little)
          : (view, at) => view.getBigUint64(at, little),
        (view, at, value) => view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), little),
      );
    default: {
      const [lowAt, highAt] = little ? [0, 8] : [8, 0];
      return codec(
        (view, at) => {
          const low = view.getBigUint64(at + lowAt, little);
          const high = signed
            ? view.getBigInt64(at + highAt, little)
            : view.getBigUint64(at + highAt, little);
          return (high << 64n) | low;
        },
        (view, at, value) => {
          view.setBigUint64(at + lowAt, BigInt.asUintN(64, BigInt(value)), little);
          view.setBigUint64(at + highAt, BigInt.asUintN(64, BigInt(value) >> 64n), little);
        },
      );
    }
  }
}
