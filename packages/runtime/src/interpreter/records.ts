import type { RingBufferStorage } from '../maps/map-storage.ts';
import { type AddressSpace, BASE, isTagged, regionOf, tagOf } from './address-space.ts';

interface LiveRecord {
  readonly storage: RingBufferStorage;
  readonly offset: number;
}

/** Most records a program can hold at a time. */
const MAX_LIVE = 256;

/** Ring-buffer records between reserve and submit: each is a region of its own. */
export class RecordTable {
  readonly #space: AddressSpace;
  readonly #live: Map<number, LiveRecord> = new Map();
  /** Regions of the records given back in this run: they stay named, so that late use is explained. */
  readonly #spent: number[] = [];

  constructor(space: AddressSpace) {
    this.#space = space;
  }

  /** @returns upper word of the record's address, its lower word is BASE + offset; 0 without room */
  reserve(storage: RingBufferStorage, size: number, flags: number): number {
    if (this.#live.size >= MAX_LIVE || this.#space.available === 0) return 0;
    const offset = storage.reserve(size, flags);
    if (offset < 0) return 0;
    const region = this.#space.allocate();
    const { bytes, view } = storage.values;
    const name = `record of map ${storage.spec.name}`;
    this.#space.define(region, { kind: 'record', name, origin: offset }, bytes, view);
    this.#space.open(region, offset, offset + size, true);
    this.#live.set(region, { storage, offset });
    return tagOf(region);
  }

  offsetOf(hi: number): number {
    return this.#live.get(regionOf(hi))?.offset ?? 0;
  }

  /** Submits or discards the record that starts at the address; false when there is none. */
  finish(lo: number, hi: number, how: 'submit' | 'discard', flags: number): boolean {
    if (!isTagged(hi)) return false;
    const region = regionOf(hi);
    const record = this.#live.get(region);
    if (record === undefined || lo !== BASE + record.offset) return false;
    if (how === 'submit') record.storage.submit(record.offset, flags);
    else record.storage.discard(record.offset, flags);
    this.#live.delete(region);
    this.#space.close(region);
    this.#spent.push(region);
    if (this.#spent.length > MAX_LIVE) this.#recycle();
    return true;
  }

  /** At the end of a run: discards what the program left open (the kernel's verifier forbids it). */
  reset(): void {
    for (const [region, { storage, offset }] of this.#live) {
      storage.discard(offset, 0);
      this.#space.close(region);
      this.#spent.push(region);
    }
    this.#live.clear();
    this.#recycle();
  }

  get idle(): boolean {
    return this.#live.size === 0 && this.#spent.length === 0;
  }

  #recycle(): void {
    for (const region of this.#spent) this.#space.release(region);
    this.#spent.length = 0;
  }
}
