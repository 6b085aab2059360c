import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClassic, encodeClassic } from '../../src/index.ts';
import { classic } from './classic.ts';

const PROGRAM = classic([0x28, 0, 0, 12], [0x15, 1, 2, 0x8100], [0x06, 0, 0, -1]);

describe('struct sock_filter', () => {
  it.each([
    ['little', '280000000c000000', '1500010200810000', '06000000ffffffff'],
    ['big', '002800000000000c', '0015010200008100', '00060000ffffffff'],
  ] as const)('%s endian', (endianness, ...slots) => {
    const bytes = Uint8Array.from(slots.join('').match(/../g) ?? [], (pair) => Number(`0x${pair}`));
    expect(decodeClassic(bytes, { endianness })).toEqual(PROGRAM);
    expect(encodeClassic(PROGRAM, { endianness })).toEqual(bytes);
  });

  it('any whole slots come back as they were, from anywhere in a buffer', () => {
    const slots = fc
      .integer({ min: 0, max: 20 })
      .chain((count) => fc.uint8Array({ minLength: count * 8 + 3, maxLength: count * 8 + 3 }));
    fc.assert(
      fc.property(slots, fc.constantFrom('little', 'big'), (buffer, endianness) => {
        const bytes = buffer.subarray(3);
        expect([...encodeClassic(decodeClassic(bytes, { endianness }), { endianness })]).toEqual([
          ...bytes,
        ]);
      }),
    );
  });

  it('bytes that are no whole slots', () => {
    expect(() => decodeClassic(new Uint8Array(15))).toThrow(
      expect.objectContaining({ code: 'CLASSIC_FORMAT', line: null }),
    );
  });
});
