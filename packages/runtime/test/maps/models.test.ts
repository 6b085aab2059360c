import { errno } from '@anybpf/bytecode';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMapStorage } from '../../src/maps/create-map-storage.ts';
import type { MapStorage, QueueStorage } from '../../src/maps/map-storage.ts';
import { hexText, mapSpec } from './map-spec.ts';

const RUNS = { numRuns: 150 };

function keysOf(map: MapStorage): Uint8Array[] {
  const keys: Uint8Array[] = [];
  let key: Uint8Array | null = null;
  for (;;) {
    const next: Uint8Array = new Uint8Array(map.spec.keySize);
    if (map.nextKey(key, next) !== 0) return keys;
    keys.push(next);
    key = next;
  }
}

function valueAt(map: MapStorage, offset: number): Uint8Array | undefined {
  return offset < 0 ? undefined : map.values.bytes.slice(offset, offset + map.spec.valueSize);
}

function bytesOf(size: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: size, maxLength: size });
}

describe('hash against a JS map', () => {
  const setup = fc
    .record({
      keySize: fc.constantFrom(1, 2, 4, 7, 8, 12, 16, 31),
      valueSize: fc.integer({ min: 1, max: 24 }),
      maxEntries: fc.integer({ min: 1, max: 12 }),
      hashSeed: fc.constantFrom(0, 1, 0xffff_ffff),
      flags: fc.constantFrom(0, 1),
    })
    .chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        steps: fc.array(
          fc.record({
            kind: fc.constantFrom('set', 'set', 'get', 'delete'),
            key: fc.integer({ min: 0, max: shape.keySize === 1 ? 3 : 20 }),
            value: bytesOf(shape.valueSize),
            flags: fc.constantFrom(0, 0, 1, 2, 3, 4),
          }),
          { maxLength: 150 },
        ),
      }),
    );

  it('gives the same answers, keys and values', () => {
    fc.assert(
      fc.property(setup, ({ shape, steps }) => {
        const { hashSeed, ...fields } = shape;
        const map = createMapStorage(mapSpec({ type: 'hash', ...fields }), { cpus: 1, hashSeed });
        const model = new Map<string, Uint8Array>();
        for (const { kind, key: number, value, flags } of steps) {
          const key = new Uint8Array(shape.keySize).fill(number);
          const name = hexText(key);
          if (kind === 'get') {
            expect(valueAt(map, map.lookup(key, 0, 0))).toEqual(model.get(name));
          } else if (kind === 'delete') {
            expect(map.delete(key, 0)).toBe(model.delete(name) ? 0 : -errno.ENOENT);
          } else {
            const expected = expectedUpdate(model.has(name), model.size, shape.maxEntries, flags);
            expect(map.update(key, 0, value, 0, flags, 0)).toBe(expected);
            if (expected === 0) model.set(name, value);
          }
        }
        expect(keysOf(map).map(hexText).sort()).toEqual([...model.keys()].sort());
      }),
      RUNS,
    );
  });

  function expectedUpdate(has: boolean, size: number, max: number, flags: number): number {
    if (flags > 2) return -errno.EINVAL;
    if (has) return flags === 1 ? -errno.EEXIST : 0;
    if (flags === 2) return -errno.ENOENT;
    return size === max ? -errno.E2BIG : 0;
  }
});

it('a hash grows through many sizes and keeps every entry where it is', () => {
  const count = 150_000;
  const spec = mapSpec({ type: 'hash', keySize: 4, valueSize: 4, maxEntries: 1 << 20 });
  const map = createMapStorage(spec, { cpus: 1 });
  const key = new Uint8Array(4);
  const word = new DataView(key.buffer);
  const offsets = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    word.setUint32(0, i, true);
    map.update(key, 0, key, 0, 0, 0);
    offsets[i] = map.lookup(key, 0, 0);
  }
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    word.setUint32(0, i, true);
    const at = map.lookup(key, 0, 0);
    if (at !== offsets[i] || map.values.view.getUint32(at, true) !== i) wrong++;
  }
  expect(wrong).toBe(0);
  expect(keysOf(map).length).toBe(count);
});

describe('LPM trie against a linear scan', () => {
  const prefix = fc.record({
    length: fc.integer({ min: 0, max: 17 }),
    data: fc.tuple(fc.constantFrom(0, 1, 128, 192, 255), fc.constantFrom(0, 1, 64, 128, 255)),
  });
  const step = fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'delete', 'get'),
    prefix,
    flags: fc.constantFrom(0, 0, 0, 1, 2, 3),
    value: fc.nat(255),
  });

  interface Entry {
    readonly length: number;
    readonly bits: string;
    readonly value: number;
  }

  it('finds the longest prefix, and lists specific prefixes before those that cover them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const maxEntries = 12;
        const spec = mapSpec({ type: 'lpm_trie', keySize: 6, valueSize: 1, maxEntries, flags: 1 });
        const map = createMapStorage(spec, { cpus: 1 });
        let entries: Entry[] = [];
        for (const { kind, prefix: wanted, flags, value } of steps) {
          const { length } = wanted;
          const key = Uint8Array.of(length, 0, 0, 0, ...wanted.data);
          const bits = bitsOf(wanted.data).slice(0, length);
          const present = entries.some((entry) => entry.bits === bits);
          if (kind === 'get') {
            const covering = entries.filter((entry) => bits.startsWith(entry.bits));
            const best = covering.sort((a, b) => b.length - a.length)[0];
            const expected = length > 16 ? undefined : best && Uint8Array.of(best.value);
            expect(valueAt(map, map.lookup(key, 0, 0))).toEqual(expected);
          } else if (kind === 'delete') {
            const missing = present ? 0 : -errno.ENOENT;
            expect(map.delete(key, 0)).toBe(length > 16 ? -errno.EINVAL : missing);
            if (length <= 16) entries = entries.filter((entry) => entry.bits !== bits);
          } else {
            const full = !present && entries.length === maxEntries;
            const expected = expectedUpdate(length, present, full, flags);
            expect(map.update(key, 0, Uint8Array.of(value), 0, flags, 0)).toBe(expected);
            if (expected !== 0) continue;
            entries = entries.filter((entry) => entry.bits !== bits);
            entries.push({ length, bits, value });
          }
        }
        const listed = keysOf(map).map((key) => bitsOf(key.slice(4)).slice(0, key[0]));
        expect([...listed].sort()).toEqual(entries.map((entry) => entry.bits).sort());
        for (const [i, earlier] of listed.entries()) {
          for (const later of listed.slice(i + 1)) expect(later.startsWith(earlier)).toBe(false);
        }
      }),
      RUNS,
    );
  });

  function bitsOf(data: Iterable<number>): string {
    return Array.from(data, (byte) => byte.toString(2).padStart(8, '0')).join('');
  }

  function expectedUpdate(length: number, has: boolean, full: boolean, flags: number): number {
    if (length > 16 || flags > 2) return -errno.EINVAL;
    if (has) return flags === 1 ? -errno.EEXIST : 0;
    if (flags === 2) return -errno.ENOENT;
    return full ? -errno.ENOSPC : 0;
  }
});

describe.each(['queue', 'stack'] as const)('%s against an array', (type) => {
  const step = fc.record({
    kind: fc.constantFrom('push', 'push', 'pop', 'peek'),
    value: bytesOf(3),
    flags: fc.constantFrom(0, 0, 2),
  });

  it('gives the same values', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (maxEntries, steps) => {
        const spec = mapSpec({ type, keySize: 0, valueSize: 3, maxEntries });
        const map = createMapStorage(spec, { cpus: 1 }) as QueueStorage;
        const model: Uint8Array[] = [];
        for (const { kind, value, flags } of steps) {
          if (kind === 'push') {
            const full = model.length === maxEntries;
            expect(map.push(value, 0, flags)).toBe(full && flags === 0 ? -errno.E2BIG : 0);
            if (full && flags === 2) model.shift();
            if (!full || flags === 2) model.push(value);
            continue;
          }
          const expected = type === 'queue' ? model[0] : model[model.length - 1];
          const out = new Uint8Array(3).fill(9);
          const result = kind === 'pop' ? map.pop(out, 0) : map.peek(out, 0);
          expect([result, out]).toEqual(
            expected ? [0, expected] : [-errno.ENOENT, new Uint8Array(3)],
          );
          if (kind === 'pop' && type === 'queue') model.shift();
          if (kind === 'pop' && type === 'stack') model.pop();
        }
      }),
      RUNS,
    );
  });
});

describe('guards', () => {
  it.each(['array', 'hash', 'percpu_array', 'lru_hash'] as const)(
    '%s: at least 8 bytes behind each value belong to none',
    (type) => {
      const spec = mapSpec({ type, valueSize: 12, maxEntries: 8 });
      const map = createMapStorage(spec, { cpus: 2 });
      const offsets = new Set<number>();
      for (let i = 0; i < 8; i++) {
        const key = Uint8Array.of(i, 0, 0, 0);
        map.update(key, 0, new Uint8Array(12), 0, 0, 0);
        for (let cpu = 0; cpu < map.cpus; cpu++) offsets.add(map.lookup(key, 0, cpu));
      }
      expect(offsets.size).toBe(8 * map.cpus);
      const { stride, valueSize } = map.values;
      expect(stride).toBeGreaterThanOrEqual(valueSize + 8);
      for (const offset of offsets) expect(offset % stride).toBe(0);
    },
  );
});
