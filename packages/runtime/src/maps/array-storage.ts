import { errno, type MapSpec } from '@anybpf/bytecode';
import { MapOperationError } from '../errors.ts';
import { readU32, writeU32 } from './bytes.ts';
import { BPF_EXIST, BPF_F_LOCK, BPF_NOEXIST } from './map-flags.ts';
import { isPerCpu, type ValueStorage } from './map-storage.ts';
import { SlotValues } from './slot-values.ts';
import { StorageBase } from './storage-base.ts';
import type { ValueArea } from './value-area.ts';

/**
 * array and percpu_array (kernel/bpf/arraymap.c): every index below max_entries exists from the
 * start, holds zeroes, and cannot be deleted. Memory follows the highest index used.
 */
export class ArrayStorage extends StorageBase implements ValueStorage {
  readonly kind = 'value';
  override readonly enumeratesIndices = true;
  readonly #values: SlotValues;
  readonly #maxEntries: number;

  constructor(spec: MapSpec, cpus: number, lockAt: number) {
    super(spec, cpus);
    this.#maxEntries = spec.maxEntries;
    this.#values = new SlotValues(
      spec.valueSize,
      spec.maxEntries,
      this.cpus,
      isPerCpu(spec),
      lockAt,
    );
    if (spec.globals !== null) {
      this.#touch(0);
      this.#values.area.bytes.set(spec.globals.data.subarray(0, spec.valueSize));
    }
  }

  override get values(): ValueArea {
    return this.#values.area;
  }

  override lookup(key: Uint8Array, keyAt: number, cpu: number): number {
    const index = readU32(key, keyAt);
    if (index >= this.#maxEntries) return -1;
    this.#touch(index);
    return this.#values.offset(index, cpu);
  }

  override update(
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
    cpu: number,
  ): number {
    const index = readU32(key, keyAt);
    const refused = this.#checkUpdate(index, flags);
    if (refused !== 0) return refused;
    this.#touch(index);
    this.#values.write(index, cpu, value, valueAt);
    return 0;
  }

  override delete(_key: Uint8Array, _keyAt: number): number {
    return -errno.EINVAL;
  }

  override nextKey(key: Uint8Array | null, next: Uint8Array): number {
    return nextIndex(key, next, this.#maxEntries);
  }

  override copyOut(key: Uint8Array, out: Uint8Array): number {
    const index = readU32(key, 0);
    if (index >= this.#maxEntries) return -errno.ENOENT;
    this.#touch(index);
    this.#values.readAll(index, out);
    return 0;
  }

  override copyIn(key: Uint8Array, value: Uint8Array, flags: number): number {
    if (isPerCpu(this.spec) && flags > BPF_EXIST) return -errno.EINVAL;
    // The system call looks for the lock before the map looks at the index.
    if ((flags & BPF_F_LOCK) !== 0 && this.#values.lockAt < 0) return -errno.EINVAL;
    const index = readU32(key, 0);
    const refused = this.#checkUpdate(index, flags);
    if (refused !== 0) return refused;
    this.#touch(index);
    this.#values.writeAll(index, value);
    return 0;
  }

  #checkUpdate(index: number, flags: number): number {
    if (flags > (BPF_F_LOCK | BPF_EXIST) || (flags & ~BPF_F_LOCK) > BPF_EXIST) return -errno.EINVAL;
    if (index >= this.#maxEntries) return -errno.E2BIG;
    if ((flags & BPF_NOEXIST) !== 0) return -errno.EEXIST;
    if ((flags & BPF_F_LOCK) !== 0 && this.#values.lockAt < 0) return -errno.EINVAL;
    return 0;
  }

  /** The kernel has no such failure: it reserves an array's memory at creation. */
  #touch(index: number): void {
    if (!this.#values.ensure(index + 1)) {
      throw new MapOperationError(
        this.spec.name,
        'access',
        'ENOMEM',
        `no memory for element ${index}`,
      );
    }
  }
}

/** Iteration of maps whose keys are the indices below `maxEntries` (array_map_get_next_key). */
export function nextIndex(key: Uint8Array | null, next: Uint8Array, maxEntries: number): number {
  const index = key === null ? 0xffff_ffff : readU32(key, 0);
  if (index >= maxEntries) {
    writeU32(next, 0, 0);
    return 0;
  }
  if (index === maxEntries - 1) return -errno.ENOENT;
  writeU32(next, 0, index + 1);
  return 0;
}
