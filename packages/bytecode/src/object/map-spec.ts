import type { MapSpec } from './spec.ts';

/** What a map must say; all else has the default that a plain map has. */
export type MapSpecInput = Pick<MapSpec, 'name' | 'type' | 'maxEntries'> & Partial<MapSpec>;

/** A map described in code: no flags, no pinning, no types, nothing to begin with. */
export function mapSpec(map: MapSpecInput): MapSpec {
  return {
    keySize: 0,
    valueSize: 0,
    flags: 0,
    mapExtra: 0n,
    numaNode: 0,
    pinning: 'none',
    inner: null,
    btfKeyTypeId: 0,
    btfValueTypeId: 0,
    initialSlots: [],
    globals: null,
    ...map,
  };
}
