import { errno } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { createMapStorage, type MapStorageOptions } from '../../src/maps/create-map-storage.ts';
import type { MapStorage } from '../../src/maps/map-storage.ts';
import { mapSpec, u32 } from './map-spec.ts';

type Kind = MapStorage['kind'];

/** A storage of the kind that its type has. */
function create<K extends Kind>(
  kind: K,
  spec: Parameters<typeof mapSpec>[0],
  options: MapStorageOptions = { cpus: 2 },
): Extract<MapStorage, { kind: K }> {
  const storage = createMapStorage(mapSpec(spec), options);
  if (storage.kind !== kind) throw new Error(`${spec.type} is of kind ${storage.kind}`);
  return storage as Extract<MapStorage, { kind: K }>;
}

describe('bloom filter', () => {
  // The false positives of Linux 6.18 with BPF_F_ZERO_SEED, after the eight values below.
  it.each([
    [4, 0n, [10, 11, 39, 68, 97, 142, 191, 221, 266, 267, 295, 324, 353, 398]],
    [8, 3n, [7, 22, 24, 92, 115, 121, 263, 278, 280, 348, 371, 377]],
    [16, 15n, []],
  ])('values of %i bytes, map_extra %i: hits as in the kernel', (size, mapExtra, hits) => {
    const spec = { type: 'bloom_filter', keySize: 0, valueSize: size, maxEntries: 8 } as const;
    const filter = create('queue', { ...spec, flags: 0x40, mapExtra });
    for (let i = 0; i < 8; i++) {
      filter.push(
        Uint8Array.from({ length: size }, (_, j) => i * 31 + j * 7),
        0,
        0,
      );
    }
    const tried = Array.from({ length: 400 }, (_, x) => x).filter(
      (x) =>
        filter.peek(
          Uint8Array.from({ length: size }, (_, j) => x * 131 + j * x + j),
          0,
        ) === 0,
    );
    expect(tried).toEqual(hits);
    expect(filter.push(new Uint8Array(size), 0, 1)).toBe(-errno.EINVAL);
    expect(filter.pop(new Uint8Array(size), 0)).toBe(-errno.EOPNOTSUPP);
  });
});

describe('perf_event_array', () => {
  const spec = { type: 'perf_event_array', valueSize: 4, maxEntries: 3 } as const;
  const currentCpu = 0xffff_ffff;

  it.each([
    ['this CPU', currentCpu, 1, 0],
    ['its index', 1, 1, 0],
    ['another CPU', 0, 1, -errno.EOPNOTSUPP],
    ['a slot without a buffer', 2, 1, -errno.ENOENT],
    ['an index out of range', 3, 1, -errno.E2BIG],
    ['unknown flags', 2 ** 32, 1, -errno.EINVAL],
  ])('output to %s', (_, flags, cpu, result) => {
    const events = create('perf-events', spec);
    expect(events.output(u32(5), 0, 4, flags, cpu)).toBe(result);
    expect(events.drain()).toEqual(result === 0 ? [u32(5)] : []);
    expect(events.drain()).toEqual([]);
  });

  it('drops what a full buffer cannot take, until it is drained', () => {
    const events = create('perf-events', spec);
    const record = new Uint8Array(32_000);
    const results = Array.from({ length: 10 }, () => events.output(record, 0, 32_000, 0, 0));
    expect(results).toEqual([...Array(8).fill(0), -errno.ENOSPC, -errno.ENOSPC]);
    expect(events.lost).toBe(2);
    expect(events.drain().length).toBe(8);
    expect(events.output(record, 0, 32_000, 0, 0)).toBe(0);
    expect(events.output(new Uint8Array(70_000), 0, 70_000, 0, 0)).toBe(-errno.E2BIG);
  });
});

describe('redirect tables', () => {
  it.each(['devmap', 'devmap_hash', 'xskmap', 'cpumap'] as const)('%s: targets by key', (type) => {
    const table = create('redirect', { type, valueSize: 4, maxEntries: 2 });
    expect(table.target(1)).toBe(-1);
    expect(table.copyIn(u32(1), u32(9), 0)).toBe(0);
    expect([table.target(0), table.target(1), table.target(0xffff_ffff)]).toEqual([-1, 9, -1]);
    expect(table.values.view.getUint32(table.lookup(u32(1), 0, 0), true)).toBe(9);
    expect(table.programsMayWrite).toBe(false);
    table.delete(u32(1), 0);
    expect(table.target(1)).toBe(-1);
  });

  it('devmap_hash takes any key until it is full', () => {
    const table = create('redirect', { type: 'devmap_hash', valueSize: 4, maxEntries: 2 });
    const results = [7, 0xffff_fffe, 8].map((key) => table.copyIn(u32(key), u32(key & 0xff), 0));
    expect(results).toEqual([0, 0, -errno.E2BIG]);
    expect(table.target(0xffff_fffe)).toBe(0xfe);
  });
});

describe('spin locks in values', () => {
  const options = { cpus: 1, spinLockOffset: 4 };
  const value = (fill: number): Uint8Array => new Uint8Array(12).fill(fill);

  it.each(['hash', 'array'] as const)('%s: no copy carries the lock', (type) => {
    const map = create('value', { type, valueSize: 12 }, options);
    const key = u32(1);
    expect(map.update(key, 0, value(1), 0, 0, 0)).toBe(0);
    const at = map.lookup(key, 0, 0);
    const locked = Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1);
    expect(map.values.bytes.slice(at, at + 12)).toEqual(locked);
    map.values.bytes[at + 4] = 1;
    expect(map.update(key, 0, value(2), 0, 4, 0)).toBe(0);
    expect(map.lookup(key, 0, 0)).toBe(at);
    expect(map.values.bytes.slice(at, at + 12)).toEqual(
      Uint8Array.of(2, 2, 2, 2, 1, 0, 0, 0, 2, 2, 2, 2),
    );
    const out = value(9);
    map.copyOut(key, out);
    expect(out.slice(4, 8)).toEqual(u32(0));
  });

  it('BPF_F_LOCK needs one', () => {
    const map = create('value', { type: 'hash' });
    expect(map.update(u32(1), 0, new Uint8Array(8), 0, 4, 0)).toBe(-errno.EINVAL);
    expect(map.copyIn(u32(1), new Uint8Array(8), 4)).toBe(-errno.EINVAL);
  });
});

describe('memory', () => {
  it('a preallocated map that grows keeps offsets and contents', () => {
    const map = create('value', { type: 'array', valueSize: 8, maxEntries: 1_000_000 });
    map.update(u32(3), 0, new Uint8Array(8).fill(3), 0, 0, 0);
    const at = map.lookup(u32(3), 0, 0);
    const before = map.values.bytes;
    map.lookup(u32(999_999), 0, 0);
    expect(map.values.bytes).not.toBe(before);
    expect(map.lookup(u32(3), 0, 0)).toBe(at);
    expect(map.values.bytes[at]).toBe(3);
  });

  it('reuses the slots of deleted entries', () => {
    const map = create('value', { type: 'hash', maxEntries: 2 });
    for (let i = 0; i < 1000; i++) {
      expect(map.update(u32(i), 0, new Uint8Array(8), 0, 0, 0)).toBe(0);
      expect(map.delete(u32(i), 0)).toBe(0);
    }
    expect(map.values.bytes.length).toBeLessThanOrEqual(1024);
  });
});
