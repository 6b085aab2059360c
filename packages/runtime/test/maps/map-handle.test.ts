import type { MapSpec } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import type { BpfMap, Program } from '../../src/backend.ts';
import { ClosedError, MapSizeError } from '../../src/errors.ts';
import { createMapStorage } from '../../src/maps/create-map-storage.ts';
import { createMapHandle, storageOf } from '../../src/maps/map-handle.ts';
import type { MapStorage } from '../../src/maps/map-storage.ts';
import { mapSpec, u32 } from './map-spec.ts';

function openMap(spec: Partial<MapSpec> & Pick<MapSpec, 'type'>, cpus = 2): BpfMap {
  return handleOf(createMapStorage(mapSpec(spec), { cpus }));
}

function handleOf(storage: MapStorage): BpfMap {
  return createMapHandle(storage, { isClosed: () => false });
}

function refusal(errno: string): unknown {
  return expect.objectContaining({ code: 'MAP_OPERATION', map: 'm', errno });
}

const nothing = new Uint8Array(0);
const program = { name: 'p', run: () => {} } as unknown as Program;

describe('keys and values', () => {
  it('copies values out and in', () => {
    const map = openMap({ type: 'hash', valueSize: 4 });
    const value = u32(1);
    map.set(u32(7), value);
    value[0] = 9;
    const copy = map.get(u32(7));
    expect(copy).toEqual(u32(1));
    copy?.fill(9);
    expect(map.get(u32(7))).toEqual(u32(1));
    expect(map.get(u32(8))).toBeUndefined();
    expect([map.delete(u32(7)), map.delete(u32(7))]).toEqual([true, false]);
  });

  it('checks lengths before anything else', () => {
    const map = openMap({ type: 'hash' });
    expect(() => map.get(new Uint8Array(3))).toThrow(MapSizeError);
    expect(() => map.set(u32(0), new Uint8Array(7))).toThrow(
      'map m: the value has 7 bytes, the map takes 8',
    );
    expect(() => map.delete(new Uint8Array(5))).toThrow(MapSizeError);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, '1'])('takes no flags %s', (flags) => {
    const map = openMap({ type: 'hash' });
    expect(() => map.set(u32(0), new Uint8Array(8), flags as number)).toThrow(refusal('EINVAL'));
    const queue = openMap({ type: 'queue', keySize: 0 });
    expect(() => queue.push(new Uint8Array(8), flags as number)).toThrow(refusal('EINVAL'));
  });

  it('exchanges per-CPU values as one 8-byte aligned slot per CPU', () => {
    const map = openMap({ type: 'percpu_array', valueSize: 4, maxEntries: 1 }, 3);
    expect(map.cpus).toBe(3);
    const slots = Uint8Array.from({ length: 24 }, (_, i) => i);
    map.set(u32(0), slots);
    expect(map.get(u32(0))).toEqual(slots);
    expect(() => map.set(u32(0), u32(1))).toThrow(MapSizeError);
  });

  it('shows programs and user space the same bytes, a CPU its own slot', () => {
    const storage = createMapStorage(mapSpec({ type: 'percpu_hash', valueSize: 4 }), { cpus: 2 });
    const map = handleOf(storage);
    storage.update(u32(1), 0, u32(5), 0, 0, 1);
    expect(map.get(u32(1))).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0));
    storage.values.view.setUint32(storage.lookup(u32(1), 0, 0), 6, true);
    expect(map.get(u32(1))?.[0]).toBe(6);
  });
});

describe('refusals', () => {
  it.each([
    ['a full hash', { type: 'hash', maxEntries: 1 }, 'E2BIG'],
    ['a full LPM trie', { type: 'lpm_trie', keySize: 8, maxEntries: 1, flags: 1 }, 'ENOSPC'],
    ['an index out of range', { type: 'array', maxEntries: 1 }, 'E2BIG'],
    ['a descriptor', { type: 'prog_array', valueSize: 4 }, 'EBADF'],
    ['a descriptor of an event', { type: 'perf_event_array', valueSize: 4 }, 'EBADF'],
    ['a map that user space only reads', { type: 'hash', flags: 8 }, 'EPERM'],
  ] as const)('%s', (_, spec, errno) => {
    const map = openMap(spec);
    const value = new Uint8Array(map.spec.valueSize);
    const key = (first: number): Uint8Array => {
      const bytes = new Uint8Array(map.spec.keySize).fill(first);
      return map.spec.keySize === 8 ? Uint8Array.of(32, 0, 0, 0, ...bytes.slice(4)) : bytes;
    };
    const fill = (): void => {
      map.set(key(0), value);
      map.set(key(1), value);
    };
    expect(fill).toThrow(refusal(errno));
  });

  it('names flag and reason', () => {
    const map = openMap({ type: 'hash' });
    map.set(u32(1), new Uint8Array(8));
    expect(() => map.set(u32(1), new Uint8Array(8), 1)).toThrow(
      'map m: set failed with EEXIST: the key is there already and the flag BPF_NOEXIST was given',
    );
    expect(() => map.set(u32(2), new Uint8Array(8), 2)).toThrow(refusal('ENOENT'));
    expect(() => map.set(u32(2), new Uint8Array(8), 4)).toThrow(refusal('EINVAL'));
    expect(() => openMap({ type: 'array' }).delete(u32(0))).toThrow(
      'elements of an array cannot be deleted',
    );
  });

  it('keeps user space from reading under BPF_F_WRONLY', () => {
    const map = openMap({ type: 'hash', flags: 16 });
    map.set(u32(1), new Uint8Array(8));
    expect(() => map.get(u32(1))).toThrow(refusal('EPERM'));
    expect(() => [...map.keys()]).toThrow(refusal('EPERM'));
    expect(map.delete(u32(1))).toBe(true);
  });

  it('refuses writes to a frozen map, and freezing it again', () => {
    const storage = createMapStorage(mapSpec({ type: 'array' }), { cpus: 1 });
    expect([storage.freeze(), storage.freeze()]).toEqual([0, -1]);
    const map = handleOf(storage);
    expect(() => map.set(u32(0), new Uint8Array(8))).toThrow(refusal('EPERM'));
    expect(map.get(u32(0))).toEqual(new Uint8Array(8));
  });

  it.each([
    ['pop of a ring buffer', 'ringbuf', (map: BpfMap) => map.pop(), 'ENOTSUPP'],
    ['get of a ring buffer', 'ringbuf', (map: BpfMap) => map.get(nothing), 'ENOTSUPP'],
    ['drain of a hash', 'hash', (map: BpfMap) => map.drain(), 'EINVAL'],
    ['push to a hash', 'hash', (map: BpfMap) => map.push(new Uint8Array(8)), 'EINVAL'],
    ['peek of a bloom filter', 'bloom_filter', (map: BpfMap) => map.peek(), 'ENOTSUPP'],
    ['reference in a hash', 'hash', (map: BpfMap) => map.setReference(u32(0), program), 'EINVAL'],
  ] as const)('%s: %s %s', (_, type, use, errno) => {
    const isRing = type === 'ringbuf';
    const map = openMap({
      type,
      keySize: type === 'hash' ? 4 : 0,
      valueSize: isRing ? 0 : 8,
      maxEntries: isRing ? 4096 : 4,
    });
    expect(() => use(map)).toThrow(refusal(errno));
  });

  it('throws ClosedError on any use after close', () => {
    let closed = false;
    const storage = createMapStorage(mapSpec({ type: 'array' }), { cpus: 1 });
    const map = createMapHandle(storage, { isClosed: () => closed });
    const keys = map.keys();
    keys.next();
    closed = true;
    expect(() => keys.next()).toThrow(ClosedError);
    expect(() => map.get(u32(0))).toThrow(ClosedError);
    expect(() => map.set(u32(0), new Uint8Array(8))).toThrow(ClosedError);
    expect(() => map.drain()).toThrow(ClosedError);
  });
});

describe('iteration', () => {
  const filled = (): BpfMap => {
    const map = openMap({ type: 'hash', valueSize: 4, maxEntries: 64 });
    for (let i = 0; i < 64; i++) map.set(u32(i), u32(i * i));
    return map;
  };

  it('visits each entry once while others are deleted', () => {
    const map = filled();
    const seen: number[] = [];
    for (const [key] of map) {
      const number = key[0] ?? 0;
      seen.push(number);
      if (number % 2 === 0) map.delete(key);
      map.delete(u32((number + 1) % 64));
    }
    expect(new Set(seen).size).toBe(seen.length);
    for (const [key] of map) expect(map.get(key)).toBeDefined();
  });

  it('may delete everything it meets', () => {
    const map = filled();
    for (const [key] of map) map.delete(key);
    expect([...map.keys()]).toEqual([]);
  });

  it('gives every index of an array, and only filled slots of a program array as entries', () => {
    const array = openMap({ type: 'array', valueSize: 4, maxEntries: 3 });
    expect([...array].map(([key]) => key[0])).toEqual([0, 1, 2]);
    const programs = openMap({ type: 'prog_array', valueSize: 4, maxEntries: 3 });
    programs.setReference(u32(1), program);
    expect([...programs.keys()].length).toBe(3);
    expect([...programs].map(([key]) => key)).toEqual([u32(1)]);
  });

  it('is empty for maps without keys', () => {
    const queue = openMap({ type: 'queue', keySize: 0 });
    queue.push(new Uint8Array(8));
    expect([...queue.keys()]).toEqual([]);
  });
});

describe('queue and stack', () => {
  it('push, peek and pop; set and get without a key are the same', () => {
    const stack = openMap({ type: 'stack', keySize: 0, valueSize: 4, maxEntries: 2 });
    expect(stack.pop()).toBeUndefined();
    stack.push(u32(1));
    stack.set(nothing, u32(2));
    expect(() => stack.push(u32(3))).toThrow(refusal('E2BIG'));
    stack.push(u32(3), 2);
    expect([stack.get(nothing), stack.peek(), stack.pop()]).toEqual([u32(3), u32(3), u32(3)]);
    expect([stack.pop(), stack.pop()]).toEqual([u32(2), undefined]);
  });
});

describe('references', () => {
  const inner = mapSpec({ name: 'inner', type: 'array', valueSize: 4, maxEntries: 2 });

  it('program array: holds programs, shows their ids', () => {
    const storage = createMapStorage(mapSpec({ type: 'prog_array', valueSize: 4 }), { cpus: 1 });
    if (storage.kind !== 'reference') throw new Error(storage.kind);
    const map = handleOf(storage);
    map.setReference(u32(3), program);
    map.setReference(u32(1), program);
    expect(storage.referenceAt(3)).toBe(program);
    expect(storage.reference(u32(0), 0)).toBeNull();
    expect(storage.referenceAt(0xffff_ffff)).toBeNull();
    expect(map.get(u32(3))).toEqual(map.get(u32(1)));
    expect(map.get(u32(0))).toBeUndefined();
    expect(() => map.setReference(u32(4), program)).toThrow(refusal('E2BIG'));
    const other = openMap({ ...inner, name: 'other' });
    expect(() => map.setReference(u32(0), other)).toThrow(refusal('EINVAL'));
    expect([map.delete(u32(3)), map.delete(u32(3))]).toEqual([true, false]);
    expect(() => map.delete(u32(4))).toThrow(refusal('E2BIG'));
  });

  it.each(['array_of_maps', 'hash_of_maps'] as const)(
    '%s: takes maps like its template',
    (type) => {
      const outer = openMap({ type, valueSize: 4, inner });
      const fitting = openMap(inner);
      outer.setReference(u32(1), fitting);
      const storage = storageOf(outer);
      if (storage?.kind !== 'reference') throw new Error('no map of maps');
      expect(storage.reference(u32(1), 0)).toBe(storageOf(fitting));
      for (const wrong of [{ maxEntries: 3 }, { valueSize: 8 }, { type: 'hash' as const }]) {
        const map = openMap({ ...inner, ...wrong });
        expect(() => outer.setReference(u32(0), map)).toThrow(refusal('EINVAL'));
      }
      expect(() => outer.setReference(u32(0), program)).toThrow(refusal('EINVAL'));
      const foreign = { name: 'foreign' } as BpfMap;
      expect(() => outer.setReference(u32(0), foreign)).toThrow(refusal('EBADF'));
    },
  );

  it('lets the number of entries differ where the kernel does', () => {
    const hash = mapSpec({ type: 'hash', maxEntries: 2 });
    openMap({ type: 'array_of_maps', valueSize: 4, inner: hash }).setReference(
      u32(0),
      openMap({ ...hash, maxEntries: 9 }),
    );
    const array = { ...inner, flags: 0x1000 };
    openMap({ type: 'array_of_maps', valueSize: 4, inner: array }).setReference(
      u32(0),
      openMap({ ...array, maxEntries: 9 }),
    );
  });
});

describe('global variables', () => {
  const globals = {
    section: '.rodata',
    data: u32(42),
    readonly: true,
    variables: [],
  };

  it('start with their data; constants are frozen and not writable by programs', () => {
    const spec = mapSpec({ type: 'array', valueSize: 4, maxEntries: 1, globals });
    const storage = createMapStorage(spec, { cpus: 1 });
    expect(handleOf(storage).get(u32(0))).toEqual(u32(42));
    expect([storage.frozen, storage.programsMayRead, storage.programsMayWrite]).toEqual([
      true,
      true,
      false,
    ]);
    const data = createMapStorage(
      { ...spec, globals: { ...globals, section: '.data', readonly: false } },
      { cpus: 1 },
    );
    handleOf(data).set(u32(0), u32(43));
    expect([data.frozen, data.programsMayWrite]).toEqual([false, true]);
    expect(globals.data).toEqual(u32(42));
  });
});
