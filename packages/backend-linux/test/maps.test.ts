import type { MapSpecInput, MapTypeName } from '@anybpf/bytecode';
import { mapSpec } from '@anybpf/bytecode';
import { ClosedError, MapOperationError, MapSizeError } from '@anybpf/runtime';
import { expect, it } from 'vitest';
import { possibleCpus } from '../src/maps/cpus.ts';
import { describeLinux, link, load, loadMap, only, u32, u64 } from './support.ts';

const BPF_F_NO_PREALLOC = 1;
const NOEXIST = 1;
const EXIST = 2;

type Spec = Partial<MapSpecInput> & { readonly type: MapTypeName };

const hashes: readonly Spec[] = [
  { type: 'hash' },
  { type: 'hash', flags: BPF_F_NO_PREALLOC },
  { type: 'lru_hash', maxEntries: 64 },
];

describeLinux('hash maps', () => {
  it.each(hashes)('$type, flags $flags: set, get, delete', async (spec) => {
    const map = await loadMap(spec);
    expect(map.get(u32(7))).toBeUndefined();
    map.set(u32(7), u64(70));
    expect(map.get(u32(7))).toEqual(u64(70));
    expect(map.delete(u32(7))).toBe(true);
    expect(map.delete(u32(7))).toBe(false);
    expect(map.get(u32(7))).toBeUndefined();
  });

  it.each([
    { what: 'NOEXIST on a key that is there', key: 1, flags: NOEXIST, errno: 'EEXIST' },
    { what: 'EXIST on a key that is not', key: 9, flags: EXIST, errno: 'ENOENT' },
    { what: 'an unknown flag', key: 1, flags: 64, errno: 'EINVAL' },
    { what: 'a flag that is no whole number', key: 1, flags: -1, errno: 'EINVAL' },
    { what: 'a fifth entry of four', key: 5, flags: 0, errno: 'E2BIG' },
  ])('refuses $what with $errno', async ({ key, flags, errno }) => {
    const map = await loadMap({ type: 'hash' });
    for (const i of [1, 2, 3, 4]) map.set(u32(i), u64(i));
    const attempt = () => map.set(u32(key), u64(0), flags);
    expect(attempt).toThrow(MapOperationError);
    expect(attempt).toThrow(expect.objectContaining({ map: 'm', operation: 'set', errno }));
  });

  it('iterates over every entry, of maps larger than a batch too', async () => {
    const map = await loadMap({ type: 'hash', maxEntries: 5000 });
    for (let i = 0; i < 5000; i++) map.set(u32(i), u64(i * 3));
    const seen = [...map].map(([key, value]) => [
      new DataView(key.buffer).getUint32(0, true),
      Number(new DataView(value.buffer).getBigUint64(0, true)),
    ]);
    seen.sort(([a = 0], [b = 0]) => a - b);
    expect(seen).toEqual(Array.from({ length: 5000 }, (_, i) => [i, i * 3]));
  });

  it.each(['hash', 'lpm_trie'] as const)(
    '%s: deleting while iterating ends, and empties the map',
    async (type) => {
      const lpm = type === 'lpm_trie';
      const map = await loadMap({
        type,
        keySize: lpm ? 8 : 4,
        maxEntries: 300,
        flags: lpm ? BPF_F_NO_PREALLOC : 0,
      });
      for (let i = 0; i < 300; i++) map.set(lpm ? u32(32, i) : u32(i), u64(i));
      let deleted = 0;
      for (const key of map.keys()) if (map.delete(key)) deleted++;
      expect(deleted).toBe(300);
      expect([...map.keys()]).toEqual([]);
    },
  );
});

describeLinux('array maps', () => {
  it('start with zeros; entries cannot be deleted or added', async () => {
    const map = await loadMap({ type: 'array' });
    map.set(u32(2), u64(5));
    expect([...map]).toEqual([0, 1, 2, 3].map((i) => [u32(i), u64(i === 2 ? 5 : 0)]));
    expect([...map.keys()]).toEqual([0, 1, 2, 3].map((i) => u32(i)));
    expect(() => map.delete(u32(2))).toThrow(expect.objectContaining({ errno: 'EINVAL' }));
    expect(() => map.set(u32(4), u64(0))).toThrow(expect.objectContaining({ errno: 'E2BIG' }));
    expect(map.get(u32(4))).toBeUndefined();
  });
});

describeLinux('per-CPU maps', () => {
  const cpus = possibleCpus();

  it.each(['percpu_array', 'percpu_hash', 'lru_percpu_hash'] as const)(
    '%s holds a slot of 8-byte multiples for each CPU',
    async (type) => {
      const map = await loadMap({ type, valueSize: 4, maxEntries: 64 });
      expect(map.cpus).toBe(cpus);
      const value = u64(...Array.from({ length: cpus }, (_, cpu) => 100 + cpu));
      map.set(u32(1), value);
      expect(map.get(u32(1))).toEqual(value);
      expect(new Map([...map].map(([k, v]) => [String(k), v])).get(String(u32(1)))).toEqual(value);
      expect(() => map.set(u32(1), u32(1))).toThrow(MapSizeError);
    },
  );
});

describeLinux('LPM tries', () => {
  it('find the longest prefix', async () => {
    const map = await loadMap({ type: 'lpm_trie', keySize: 8, flags: BPF_F_NO_PREALLOC });
    const net = (bits: number, ...bytes: number[]): Uint8Array =>
      Uint8Array.of(bits, 0, 0, 0, ...bytes);
    map.set(net(8, 10, 0, 0, 0), u64(8));
    map.set(net(16, 10, 1, 0, 0), u64(16));
    expect(map.get(net(32, 10, 1, 2, 3))).toEqual(u64(16));
    expect(map.get(net(32, 10, 9, 2, 3))).toEqual(u64(8));
    expect(map.get(net(32, 11, 0, 0, 1))).toBeUndefined();
    expect([...map.keys()]).toHaveLength(2);
  });
});

describeLinux('queues and stacks', () => {
  it.each([
    { type: 'queue', order: [1, 2, 3] },
    { type: 'stack', order: [3, 2, 1] },
  ] as const)('$type: push, peek, pop', async ({ type, order }) => {
    const map = await loadMap({ type, keySize: 0, maxEntries: 3 });
    expect(map.pop()).toBeUndefined();
    expect(map.peek()).toBeUndefined();
    for (const i of [1, 2, 3]) map.push(u64(i));
    expect(() => map.push(u64(4))).toThrow(expect.objectContaining({ errno: 'E2BIG' }));
    expect(map.peek()).toEqual(u64(order[0]));
    expect([map.pop(), map.pop(), map.pop(), map.pop()]).toEqual([
      ...order.map((i) => u64(i)),
      undefined,
    ]);
    expect([...map.keys()]).toEqual([]);
  });

  it.each(['pop', 'peek'] as const)('%s is not for hash maps', async (operation) => {
    const map = await loadMap({ type: 'hash' });
    expect(() => map[operation]()).toThrow(expect.objectContaining({ errno: 'ENOTSUPP' }));
  });
});

describeLinux('sizes', () => {
  const table: readonly (readonly [string, Spec, number, number, 'key' | 'value'])[] = [
    ['short key', { type: 'hash' }, 3, 8, 'key'],
    ['long key', { type: 'hash' }, 5, 8, 'key'],
    ['short value', { type: 'hash' }, 4, 7, 'value'],
    ['long value', { type: 'array' }, 4, 9, 'value'],
    ['no value', { type: 'array' }, 4, 0, 'value'],
    ['a key for a queue', { type: 'queue', keySize: 0 }, 4, 8, 'key'],
  ];
  it.each(table)('%s', async (_, spec, keyLength, valueLength, what) => {
    const map = await loadMap(spec);
    const set = () => map.set(new Uint8Array(keyLength), new Uint8Array(valueLength));
    expect(set).toThrow(MapSizeError);
    expect(set).toThrow(expect.objectContaining({ what, map: 'm' }));
  });
});

describeLinux('maps of maps', () => {
  const inner = mapSpec({ name: 'inner', type: 'array', keySize: 4, valueSize: 8, maxEntries: 2 });

  it.each(['array_of_maps', 'hash_of_maps'] as const)(
    '%s: initial slots and setReference',
    async (type) => {
      const outer = mapSpec({
        name: 'outer',
        type,
        keySize: 4,
        valueSize: 4,
        maxEntries: 4,
        inner,
        initialSlots: [{ index: 1, symbol: 'first' }],
      });
      const maps = [outer, { ...inner, name: 'first' }, { ...inner, name: 'second' }];
      const object = await load(link('r0 = 0\nexit', { maps }));
      const map = object.maps.get('outer');
      const second = object.maps.get('second');
      expect(map?.get(u32(1))).toHaveLength(4);
      expect(map?.get(u32(2))).toBeUndefined();
      if (second !== undefined) map?.setReference(u32(2), second);
      expect(map?.get(u32(2))).toHaveLength(4);
      expect(map?.get(u32(2))).not.toEqual(map?.get(u32(1)));
      expect([...(map ?? [])].map(([key]) => key[0]).sort()).toEqual([1, 2]);
      expect(() => map?.set(u32(1), u32(0))).toThrow(expect.objectContaining({ errno: 'EBADF' }));
    },
  );

  it('take no program and no map of another kind', async () => {
    const outer = mapSpec({
      name: 'outer',
      type: 'array_of_maps',
      keySize: 4,
      valueSize: 4,
      maxEntries: 4,
      inner,
    });
    const other = mapSpec({ ...inner, name: 'other', valueSize: 16 });
    const object = await load(link('r0 = 0\nexit', { maps: [outer, other] }));
    const map = object.maps.get('outer');
    const wrong = object.maps.get('other');
    const program = only(object.programs);
    expect(() => map?.setReference(u32(0), program)).toThrow(MapOperationError);
    expect(() => wrong && map?.setReference(u32(0), wrong)).toThrow(MapOperationError);
    expect(() => wrong?.setReference(u32(0), program)).toThrow(MapOperationError);
  });
});

describeLinux('global data', () => {
  const globals = (readonly: boolean, data: Uint8Array): MapSpecInput => ({
    name: readonly ? '.rodata' : '.data',
    type: 'array',
    keySize: 4,
    valueSize: data.length,
    maxEntries: 1,
    flags: readonly ? 128 : 0,
    globals: { section: readonly ? '.rodata' : '.data', data, readonly, variables: [] },
  });

  it.each([true, false])('readonly %s: filled at load, frozen if read-only', async (readonly) => {
    const map = mapSpec(globals(readonly, u32(11, 22)));
    const object = await load(
      link('r1 = map_val(map_by_idx(0x0)) + 0x4\nr0 = *(u32 *)(r1 + 0)\nexit', { maps: [map] }),
    );
    const handle = only(object.maps);
    expect(handle.get(u32(0))).toEqual(u32(11, 22));
    const set = () => handle.set(u32(0), u32(1, 2));
    if (readonly) expect(set).toThrow(expect.objectContaining({ errno: 'EPERM' }));
    else expect(set).not.toThrow();
    expect(only(object.programs).run({ packet: new Uint8Array(64) }).verdict).toBe(
      readonly ? 22 : 2,
    );
  });
});

describeLinux('closed maps', () => {
  it('throw ClosedError from every operation; closing again does nothing', async () => {
    const spec = mapSpec({ name: 'm', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 4 });
    const object = await load(link('r0 = 0\nexit', { maps: [spec] }));
    const map = only(object.maps);
    await object.close();
    await object.close();
    await object[Symbol.asyncDispose]();
    for (const use of [
      () => map.get(u32(0)),
      () => map.set(u32(0), u64(0)),
      () => map.delete(u32(0)),
      () => [...map],
      () => [...map.keys()],
    ]) {
      expect(use).toThrow(ClosedError);
    }
  });
});
