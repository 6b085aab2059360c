import { maglevRing } from './maglev.ts';
import type { MapEntry } from './map-entry.ts';

/** RING_SIZE of load-balancer.bpf.c. */
export const RING_SIZE = 4093;

/** Backends that share the services of one ring. */
export interface BackendPool {
  /** Ring number. */
  readonly ring: number;
  /** Backend numbers: keys of the map `backends`. */
  readonly backends: readonly number[];
}

/** The two pools of the packet set: backends 0 to 4 and 5 to 7. */
export const POOLS: readonly BackendPool[] = [
  { ring: 0, backends: [0, 1, 2, 3, 4] },
  { ring: 1, backends: [5, 6, 7] },
];

/**
 * Entries of the map `rings` for a pool, one per slot. Pushed again with a backend more or less,
 * few flows move.
 *
 * @throws MaglevRingError for an empty pool
 */
export function ringEntries(pool: BackendPool): MapEntry[] {
  const ring = maglevRing(
    pool.backends.map((backend) => `backend-${backend}`),
    RING_SIZE,
  );
  return Array.from(ring, (index, slot) => ({
    map: 'rings',
    key: uint32(pool.ring * RING_SIZE + slot),
    value: uint32(pool.backends[index] ?? 0),
  }));
}

/** Little-endian: the objects are compiled for such hosts. */
function uint32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}
