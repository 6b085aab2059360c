import { readFileSync } from 'node:fs';
import { AnyBpfError, type MapTypeName } from '@anybpf/bytecode';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MapOperationError, UnsupportedFeatureError } from '../../src/errors.ts';
import { createMapStorage, RUNTIME_MAP_TYPES } from '../../src/maps/create-map-storage.ts';
import { type MapStorage, userValueSize } from '../../src/maps/map-storage.ts';
import { mapSpec } from './map-spec.ts';

const recorded = readFileSync(new URL('kernel/creation.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .filter((line) => !line.startsWith('#'));

/** Where the machine decides: CPUs that the recording kernel was built for (this runtime: 8192), memory. */
function isMachineDependent(line: string): boolean {
  const [type, , valueSize, maxEntries] = line.split(' ');
  return (
    (type === 'cpumap' && Number(maxEntries) > 256) ||
    (type === 'array' && valueSize === '2147483647')
  );
}

function answer(words: readonly string[]): string {
  const [type, keySize, valueSize, maxEntries, flags, extra] = words;
  const spec = mapSpec({
    type: type as MapTypeName,
    keySize: Number(keySize),
    valueSize: Number(valueSize),
    maxEntries: Number(maxEntries),
    flags: Number(flags),
    mapExtra: BigInt(extra ?? 0),
    inner: type?.endsWith('of_maps') ? mapSpec({ type: 'array', maxEntries: 2 }) : null,
  });
  try {
    createMapStorage(spec, { cpus: 2 });
    return 'ok';
  } catch (error) {
    if (error instanceof MapOperationError) return error.errno;
    throw error;
  }
}

describe('creation as on Linux 6.18', () => {
  it.each([...RUNTIME_MAP_TYPES])('%s', (type) => {
    const lines = recorded.filter(
      (line) => line.startsWith(`${type} `) && !isMachineDependent(line),
    );
    const actual = lines.map((line) => {
      const setup = line.slice(0, line.indexOf(' ->'));
      return `${setup} -> ${answer(setup.split(' '))}`;
    });
    expect(actual).toEqual(lines);
    expect(lines.length).toBeGreaterThan(20);
  });
});

describe('hostile definitions', () => {
  const u32Max = 0xffff_ffff;
  it.each([
    ['array', { valueSize: 8, maxEntries: u32Max }, 'ENOMEM'],
    ['array', { valueSize: 2 ** 31, maxEntries: u32Max }, 'E2BIG'],
    ['hash', { valueSize: 8, maxEntries: u32Max }, 'E2BIG'],
    ['hash', { valueSize: 2 ** 31, maxEntries: 1 }, 'E2BIG'],
    ['lru_hash', { maxEntries: 2 ** 27 }, 'ENOMEM'],
    ['lru_hash', { maxEntries: 2 ** 31 }, 'E2BIG'],
    ['queue', { keySize: 0, maxEntries: u32Max }, 'ENOMEM'],
    ['ringbuf', { keySize: 0, valueSize: 0, maxEntries: 2 ** 31 }, 'ENOMEM'],
    ['devmap', { valueSize: 4, maxEntries: u32Max }, 'ENOMEM'],
    ['cpumap', { valueSize: 4, maxEntries: 8193 }, 'E2BIG'],
    ['hash', { keySize: -1 }, 'EINVAL'],
    ['hash', { keySize: 1.5 }, 'EINVAL'],
    ['hash', { maxEntries: Number.NaN }, 'EINVAL'],
    ['array_of_maps', { valueSize: 4 }, 'EINVAL'],
    ['array_of_maps', { valueSize: 4, inner: mapSpec({ type: 'hash_of_maps' }) }, 'EINVAL'],
    ['array_of_maps', { valueSize: 4, inner: mapSpec({ type: 'hash', maxEntries: 0 }) }, 'EINVAL'],
  ] as const)('%s %o: %s', (type, fields, errno) => {
    const create = (): unknown => createMapStorage(mapSpec({ type, ...fields }), { cpus: 2 });
    expect(create).toThrow(expect.objectContaining({ code: 'MAP_OPERATION', errno }));
  });

  it('refuses types that the runtime lacks', () => {
    const create = (): unknown => createMapStorage(mapSpec({ type: 'sockmap' }), { cpus: 2 });
    expect(create).toThrow(UnsupportedFeatureError);
  });

  it.each([
    ['array', 'array', 0],
    ['hash', 'hash', 0],
    ['per-CPU hash', 'percpu_hash', 0],
    ['LRU hash', 'lru_hash', 0],
    ['LPM trie', 'lpm_trie', 1],
  ] as const)(
    'an %s of ten million entries takes no memory before it is used',
    (_, type, flags) => {
      const before = process.memoryUsage().arrayBuffers;
      const spec = mapSpec({ type, keySize: type === 'lpm_trie' ? 8 : 4, maxEntries: 1e7, flags });
      const map = createMapStorage(spec, { cpus: 2 });
      map.lookup(new Uint8Array(8), 0, 0);
      expect(map.values.bytes.length).toBeLessThan(10_000);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    },
  );

  it('any definition makes a map or a typed error, and the map takes any operation', () => {
    const size = fc.oneof(
      fc.constantFrom(0, 1, 4, 8, 4096, 2 ** 22, 2 ** 31, u32Max),
      fc.integer({ min: 1, max: 64 }),
    );
    const definition = fc.record({
      type: fc.constantFrom(...RUNTIME_MAP_TYPES),
      keySize: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 4, 8) }, size),
      valueSize: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 4, 8) }, size),
      maxEntries: size,
      flags: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, 1) }, fc.nat(0x1fff)),
      mapExtra: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0n) },
        fc.bigInt({ min: -1n, max: 16n }),
      ),
    });
    let made = 0;
    fc.assert(
      fc.property(definition, fc.nat(7), fc.nat(4), (fields, first, flags) => {
        const spec = mapSpec({ ...fields, inner: mapSpec({ type: 'hash' }) });
        let map: MapStorage;
        try {
          map = createMapStorage(spec, { cpus: 2 });
        } catch (error) {
          expect(error).toBeInstanceOf(AnyBpfError);
          return;
        }
        made++;
        if (spec.valueSize > 2 ** 16) return;
        const key = new Uint8Array(spec.keySize);
        key[0] = first;
        const value = new Uint8Array(userValueSize(map)).fill(1);
        expect(map.copyIn(key, value, flags)).toBeLessThanOrEqual(0);
        expect(map.copyOut(key, value)).toBeLessThanOrEqual(0);
        expect(map.lookup(key, 0, 1)).toBeLessThan(2 ** 31);
        expect(map.delete(key, 0)).toBeLessThanOrEqual(0);
        expect(map.nextKey(key, key)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
    expect(made).toBeGreaterThan(50);
  });
});
