import type { Endianness } from '../isa/instruction.ts';
import { type IntegerCodec, integerCheck } from './integer.ts';

/**
 * A bit-field that begins `shift` bits into its first byte. On little-endian machines bits count from
 * the least significant one of each byte, and the first is the least significant of the value; on
 * big-endian machines both are the most significant.
 *
 *     shift 5, width 6       byte 0      byte 1
 *     little               [vvv.....]  [.....vvv]
 *     big                  [.....vvv]  [vvv.....]
 *
 * @param width 1 to 64
 * @param wide values are bigints
 */
export function bitFieldCodec(
  shift: number,
  width: number,
  signed: boolean,
  wide: boolean,
  endianness: Endianness,
): IntegerCodec {
  const size = Math.ceil((shift + width) / 8);
  const little = endianness === 'little';
  const check = integerCheck(width, signed, wide);
  const down = little ? shift : size * 8 - shift - width;
  /** Byte of the value's `index`-th least significant byte. */
  const place = (index: number): number => (little ? index : size - 1 - index);
  const small = size <= 4 && !wide;

  const readSmall = (view: DataView, offset: number): number => {
    let word = 0;
    for (let index = size - 1; index >= 0; index--) {
      word = (word << 8) | view.getUint8(offset + place(index));
    }
    const unused = 32 - width;
    const top = (word >>> down) << unused;
    return signed ? top >> unused : top >>> unused;
  };
  const readLarge = (view: DataView, offset: number): number | bigint => {
    let word = 0n;
    for (let index = size - 1; index >= 0; index--) {
      word = (word << 8n) | BigInt(view.getUint8(offset + place(index)));
    }
    word >>= BigInt(down);
    const value = signed ? BigInt.asIntN(width, word) : BigInt.asUintN(width, word);
    return wide ? value : Number(value);
  };
  return {
    size,
    parts: 1,
    read: small ? readSmall : readLarge,
    write(value, view, offset) {
      const bits = BigInt.asUintN(width, BigInt(check(value))) << BigInt(down);
      const mask = (2n ** BigInt(width) - 1n) << BigInt(down);
      for (let index = 0; index < size; index++) {
        const at = offset + place(index);
        const keep = ~Number((mask >> BigInt(index * 8)) & 0xffn);
        view.setUint8(at, (view.getUint8(at) & keep) | Number((bits >> BigInt(index * 8)) & 0xffn));
      }
    },
  };
}
