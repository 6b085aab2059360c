import { UnsupportedFeatureError } from '../errors.ts';
import type { MapStorage } from '../maps/map-storage.ts';
import { type AddressSpace, BASE, FixedRegion, tagOf } from './address-space.ts';

/** Regions kept back for ring-buffer records. */
const RESERVED = 512;

/**
 * The maps that programs of a machine can name. A map's number is its region: the handle of the map
 * is (tag of region `map`, BASE + number), an address in its values (tag of its own region,
 * BASE + offset in `values`).
 */
export class MapTable {
  readonly #space: AddressSpace;
  readonly #storages: (MapStorage | null)[] = [];
  readonly #numbers: Map<MapStorage, number> = new Map();

  constructor(space: AddressSpace) {
    this.#space = space;
  }

  /** Number of the map, given on first sight. @throws UnsupportedFeatureError beyond 3,500 maps */
  numberOf(storage: MapStorage): number {
    return this.#numbers.get(storage) ?? this.#add(storage);
  }

  #add(storage: MapStorage): number {
    if (this.#space.available <= RESERVED) {
      throw new UnsupportedFeatureError('more than 3,500 maps at a time', 'interpreter');
    }
    const number = this.#space.allocate();
    while (this.#storages.length <= number) this.#storages.push(null);
    this.#storages[number] = storage;
    this.#numbers.set(storage, number);
    this.#openSingle(number, storage);
    return number;
  }

  /**
   * A map of one value that cannot move (globals, configuration) is open to direct access; every
   * other map is looked at value by value.
   */
  #openSingle(number: number, storage: MapStorage): void {
    const { spec } = storage;
    if (spec.type === 'array' && spec.maxEntries === 1) storage.lookup(new Uint8Array(4), 0, 0);
    const { values } = storage;
    const region = { kind: 'map-value', name: `map ${spec.name}`, origin: 0 } as const;
    this.#space.define(number, region, values.bytes, values.view);
    const single = spec.type === 'array' && spec.maxEntries === 1;
    if (!single || !storage.programsMayRead) return;
    this.#space.open(number, 0, spec.valueSize, storage.programsMayWrite);
  }

  /** The storage whose values a region holds; null for other regions. */
  valuesOfRegion(region: number): MapStorage | null {
    return this.#storages[region] ?? null;
  }

  /** The map of a handle; null when it is none. */
  ofHandle(lo: number, hi: number): MapStorage | null {
    if (hi !== tagOf(FixedRegion.map)) return null;
    return this.#storages[(lo - BASE) | 0] ?? null;
  }

  remove(storage: MapStorage): void {
    const number = this.#numbers.get(storage);
    if (number === undefined) return;
    this.#numbers.delete(storage);
    this.#storages[number] = null;
    this.#space.release(number);
  }
}
