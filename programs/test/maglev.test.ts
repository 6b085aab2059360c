import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MaglevRingError, maglevRing, POOLS, RING_SIZE, ringEntries } from '../src/index.ts';

const PRIMES = [11, 101, 257, 509];
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 11,
});

function shares(ring: Uint32Array, backends: number): number[] {
  const counts = new Array<number>(backends).fill(0);
  for (const backend of ring) counts[backend] = (counts[backend] ?? 0) + 1;
  return counts;
}

describe('maglevRing', () => {
  test('shares differ by one slot at most', () => {
    fc.assert(
      fc.property(names, fc.constantFrom(...PRIMES), (backends, size) => {
        const counts = shares(maglevRing(backends, size), backends.length);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(size);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  test('one backend gets every slot', () => {
    expect([...maglevRing(['only'], 11)]).toEqual(new Array(11).fill(0));
  });

  test('a backend that leaves moves few slots of the others', () => {
    const backends = Array.from({ length: 10 }, (_, i) => `backend-${i}`);
    const before = maglevRing(backends, RING_SIZE);
    const after = maglevRing(backends.slice(0, 9), RING_SIZE);
    let moved = 0;
    for (const [slot, backend] of before.entries()) {
      if (backend !== 9 && after[slot] !== backend) moved++;
    }
    // Rehashing modulo 9 instead of 10 would move nine tenths. The paper's figure 12 has a few percent.
    expect(moved / RING_SIZE).toBeLessThan(0.1);
  });

  test.each([
    ['no backend', [], 11],
    ['more backends than slots', ['a', 'b', 'c'], 2],
    ['a size that is no prime', ['a'], 4096],
    ['a size that is no number of slots', ['a'], 1.5],
  ])('refuses %s', (_, backends, size) => {
    expect(() => maglevRing(backends, size)).toThrow(MaglevRingError);
  });
});

test('ring entries count slots within their ring and name backends of the pool', () => {
  for (const pool of POOLS) {
    const entries = ringEntries(pool);
    expect(entries).toHaveLength(RING_SIZE);
    const [first] = entries;
    const key = new DataView(first?.key.buffer ?? new ArrayBuffer(4)).getUint32(0, true);
    expect(key).toBe(pool.ring * RING_SIZE);
    const used = new Set(entries.map(({ value }) => value[0]));
    expect([...used].sort()).toEqual(pool.backends);
  }
});
