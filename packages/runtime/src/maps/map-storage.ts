import type { MapSpec } from '@anybpf/bytecode';

/**
 * A map as programs see it: kernel return codes, values in place. The interpreter's helpers and the
 * user-space handle (`BpfMap`) are both built on it, so semantics are written once.
 *
 * Keys are read from `bytes` at `at`; nothing is copied or allocated on a look-up.
 * Error results are negative errno values of the kernel (`errno.ts`).
 */
export interface MapStorage {
  readonly spec: MapSpec;
  readonly cpus: number;
  /** Values of the map, where it has any that programs may point into. */
  readonly values: ValueMemory;
  /** Offset in `values` of the value (this CPU's slot) for a key; -1 on a miss. Counts as a use for LRU. */
  lookup(key: Uint8Array, keyAt: number, cpu: number): number;
  /** From a program: per-CPU maps write this CPU's slot alone. */
  update(
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
    cpu: number,
  ): number;
  delete(key: Uint8Array, keyAt: number): number;
  /**
   * The key after `key` (null: the first) into `next`; 0, or -ENOENT at the end. A key that is not
   * in the map starts over, as in the kernel.
   */
  nextKey(key: Uint8Array | null, next: Uint8Array): number;
}

/**
 * Value bytes: value number i occupies [i * stride, i * stride + valueSize); the rest of each stride
 * is a guard that no program may touch. Growth swaps `bytes` and `view`; offsets never move.
 */
export interface ValueMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly stride: number;
  readonly valueSize: number;
}
