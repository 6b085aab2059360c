import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describe, parseBtf } from '../../src/index.ts';
import { buildBtf } from '../btf/btf-builder.ts';

const SIGNED = 1 << 24;

/** One bit-field in 16 bytes of a record, of a type of 4 or 8 bytes. */
function fieldAt(offset: number, width: number, signed: boolean, wide: boolean, little: boolean) {
  const size = wide ? 8 : 4;
  const bytes = buildBtf(
    [
      { name: 'n', kind: 1, sizeOrType: size, words: [(signed ? SIGNED : 0) | (size * 8)] },
      {
        name: 'r',
        kind: 4,
        flag: true,
        vlen: 1,
        sizeOrType: 16,
        words: ['f', 1, (width << 24) | offset],
      },
    ],
    little,
  );
  return describe<{ f: number | bigint }>(parseBtf(bytes), 2);
}

/** The value bit by bit. */
function bitsOf(bytes: Uint8Array, offset: number, width: number, little: boolean): bigint {
  let value = 0n;
  for (let bit = 0; bit < width; bit++) {
    const at = offset + bit;
    const byte = bytes[at >> 3] ?? 0;
    const set = little ? (byte >> (at & 7)) & 1 : (byte >> (7 - (at & 7))) & 1;
    if (set === 1) value |= 1n << BigInt(little ? bit : width - 1 - bit);
  }
  return value;
}

test('bit-fields of any place and width, in both byte orders', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.nat({ max: 63 }),
      fc.integer({ min: 1, max: 64 }),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (bytes, offset, asked, signed, wide, little) => {
        const width = wide ? asked : Math.min(asked, 32);
        const codec = fieldAt(offset, width, signed, wide, little);
        const raw = bitsOf(bytes, offset, width, little);
        const value = signed ? BigInt.asIntN(width, raw) : raw;
        const read = codec.decode(bytes);
        expect(read).toEqual({ f: wide ? value : Number(value) });
        const written = codec.encode(read);
        expect(bitsOf(written, offset, width, little)).toBe(raw);
        // Nothing but the field was written.
        const others = written.reduce(
          (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
          0,
        );
        expect(others).toBe(raw.toString(2).replaceAll('0', '').length);
      },
    ),
  );
});
