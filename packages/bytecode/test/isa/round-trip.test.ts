import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, InvalidInstructionError } from '../../src/index.ts';
import { anyStream } from './arbitrary.ts';

/** Random streams of the fuzz test; raise for a longer run. */
const RUNS = Number(process.env['ANYBPF_FUZZ_RUNS'] ?? 20_000);

describe('encode and decode', () => {
  it.each(['little', 'big'] as const)('are inverse, %s-endian', (endianness) => {
    fc.assert(
      fc.property(anyStream, (instructions) => {
        const stream = decode(encode(instructions, endianness), { endianness });
        expect(stream.instructions).toEqual(instructions);
        expect(stream.endianness).toBe(endianness);
      }),
    );
  });

  it(`leave only typed errors on ${RUNS} random streams`, () => {
    const random = xorshift(0x9669);
    let decoded = 0;
    for (let run = 0; run < RUNS; run++) {
      const bytes = randomStream(random);
      const endianness = (random() & 1) === 0 ? 'little' : 'big';
      try {
        const stream = decode(bytes, { endianness });
        decoded++;
        expect(encode(stream.instructions, endianness)).toEqual(bytes);
      } catch (error) {
        if (!(error instanceof InvalidInstructionError)) throw error;
      }
    }
    expect(decoded).toBeGreaterThan(0);
  }, 600_000);
});

/** Up to 32 slots and odd ends; mostly zero fields in half of them, so that some are valid. */
function randomStream(random: () => number): Uint8Array {
  const sparse = (random() & 1) === 0;
  const odd = (random() & 15) === 0 ? random() & 7 : 0;
  const bytes = new Uint8Array((random() & 31) * 8 + odd);
  for (let at = 0; at < bytes.length; at++) {
    if (!sparse || at % 8 === 0 || (random() & 15) === 0) bytes[at] = random();
  }
  return bytes;
}

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
