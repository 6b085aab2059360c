import type { ValueMemory } from './map-storage.ts';

/** Guard bytes behind each value, at least. */
const GUARD = 8;

/** Offsets stay int32, so that they fit a small integer of the engine. */
const MAX_BYTES = 2 ** 31 - 2 ** 16;

const MIN_BYTES = 1024;

/** Distance of two values of `valueSize` bytes: 8-byte aligned, with a guard between them. */
function strideOf(valueSize: number): number {
  return Math.ceil(valueSize / 8) * 8 + GUARD;
}

/** Whether `count` values of `valueSize` bytes can ever be held. */
export function valuesFit(valueSize: number, count: number): boolean {
  return strideOf(valueSize) * count <= MAX_BYTES;
}

/** Value memory that grows by doubling, as values come into use. */
export class ValueArea implements ValueMemory {
  bytes: Uint8Array;
  view: DataView;
  readonly stride: number;
  readonly valueSize: number;
  readonly #limit: number;

  /** @param count the most values that will be asked for */
  constructor(valueSize: number, count: number) {
    this.valueSize = valueSize;
    this.stride = count === 0 ? 0 : strideOf(valueSize);
    this.#limit = Math.min(this.stride * count, MAX_BYTES);
    this.bytes = new Uint8Array(0);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for values 0 to `count - 1`, new ones zero; false when memory does not allow it. */
  ensure(count: number): boolean {
    const needed = this.stride * count;
    return needed <= this.bytes.length || this.#grow(needed);
  }

  #grow(needed: number): boolean {
    if (needed > this.#limit) return false;
    const length = Math.min(this.#limit, Math.max(needed, 2 * this.bytes.length, MIN_BYTES));
    const bytes = allocate(length) ?? allocate(needed);
    if (bytes === null) return false;
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    return true;
  }
}

/** null when the engine cannot give as much (RangeError: array buffer allocation failed). */
export function allocate(length: number): Uint8Array<ArrayBuffer> | null {
  try {
    return new Uint8Array(length);
  } catch {
    return null;
  }
}

/** Value memory of maps that have none. */
export const NO_VALUES: ValueMemory = Object.freeze({
  bytes: new Uint8Array(0),
  view: new DataView(new ArrayBuffer(0)),
  stride: 0,
  valueSize: 0,
});
