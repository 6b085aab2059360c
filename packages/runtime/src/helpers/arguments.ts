import type { MapStorage } from '../maps/map-storage.ts';

const NO_BYTES = new Uint8Array(0);

/**
 * The resolved arguments of the helper call under way, by register number. `bytes[i]` and `at[i]`
 * are the memory that a pointer argument names, `sizes[i]` its length; `present[i]` is 0 for a null
 * pointer where the helper takes one.
 */
export class HelperArguments {
  /** The map argument; helpers that take none do not read it. */
  map: MapStorage | null = null;
  readonly bytes: Uint8Array[] = Array.from({ length: 6 }, () => NO_BYTES);
  readonly at: Int32Array = new Int32Array(6);
  readonly sizes: Int32Array = new Int32Array(6);
  readonly present: Uint8Array = new Uint8Array(6);

  set(register: number, bytes: Uint8Array, at: number, size: number): void {
    this.bytes[register] = bytes;
    this.at[register] = at;
    this.sizes[register] = size;
    this.present[register] = 1;
  }

  setAbsent(register: number): void {
    this.bytes[register] = NO_BYTES;
    this.at[register] = 0;
    this.sizes[register] = 0;
    this.present[register] = 0;
  }
}
