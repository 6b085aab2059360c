import { errno, type MapSpec } from '@anybpf/bytecode';
import { KeyTable } from './key-table.ts';
import { BPF_EXIST, BPF_F_LOCK, BPF_NOEXIST } from './map-flags.ts';
import { isPerCpu, type ValueStorage } from './map-storage.ts';
import { SlotPool } from './slot-pool.ts';
import { SlotValues } from './slot-values.ts';
import { StorageBase } from './storage-base.ts';
import type { ValueArea } from './value-area.ts';

/**
 * hash and percpu_hash (kernel/bpf/hashtab.c). An update of a present key fills a spare slot and
 * links it in place of the old one, as the kernel's preallocated form does: a program that holds a
 * pointer to the old value goes on reading the old value. Per-CPU values and updates under
 * BPF_F_LOCK are overwritten in place.
 */
export class HashStorage extends StorageBase implements ValueStorage {
  readonly kind = 'value';
  readonly #table: KeyTable;
  readonly #values: SlotValues;
  readonly #pool: SlotPool;
  readonly #maxEntries: number;
  readonly #perCpu: boolean;
  /** The slot that the next replacing update fills; -1 until there was one. */
  #spare = -1;

  constructor(spec: MapSpec, cpus: number, lockAt: number, seed: number) {
    super(spec, cpus);
    const slots = spec.maxEntries + 1;
    this.#maxEntries = spec.maxEntries;
    this.#perCpu = isPerCpu(spec);
    this.#table = new KeyTable(spec.keySize, spec.maxEntries, slots, seed);
    this.#values = new SlotValues(spec.valueSize, slots, this.cpus, this.#perCpu, lockAt);
    this.#pool = new SlotPool(slots);
  }

  override get values(): ValueArea {
    return this.#values.area;
  }

  override lookup(key: Uint8Array, keyAt: number, cpu: number): number {
    const slot = this.#table.find(key, keyAt);
    return slot < 0 ? -1 : this.#values.offset(slot, cpu);
  }

  override update(
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
    cpu: number,
  ): number {
    if (this.#refusesFlags(flags)) return -errno.EINVAL;
    const hash = this.#table.hash(key, keyAt);
    const old = this.#table.findHashed(hash, key, keyAt);
    const refused = checkExistence(old, flags);
    if (refused !== 0) return refused;
    if (old >= 0 && (this.#perCpu || (flags & BPF_F_LOCK) !== 0)) {
      this.#values.write(old, cpu, value, valueAt);
      return 0;
    }
    const slot = old < 0 ? this.#freshSlot() : this.#spareSlot();
    if (slot < 0) return slot;
    this.#values.initialize(slot, cpu, value, valueAt);
    this.#link(slot, old, hash, key, keyAt);
    return 0;
  }

  override delete(key: Uint8Array, keyAt: number): number {
    const slot = this.#table.find(key, keyAt);
    if (slot < 0) return -errno.ENOENT;
    this.#table.remove(slot);
    this.#pool.give(slot);
    return 0;
  }

  override nextKey(key: Uint8Array | null, next: Uint8Array): number {
    const slot = this.#table.nextSlot(key);
    if (slot < 0) return -errno.ENOENT;
    this.#table.copyKey(slot, next);
    return 0;
  }

  override copyOut(key: Uint8Array, out: Uint8Array): number {
    const slot = this.#table.find(key, 0);
    if (slot < 0) return -errno.ENOENT;
    this.#values.readAll(slot, out);
    return 0;
  }

  override copyIn(key: Uint8Array, value: Uint8Array, flags: number): number {
    if (!this.#perCpu) return this.update(key, 0, value, 0, flags, 0);
    if (this.#refusesFlags(flags)) return -errno.EINVAL;
    const hash = this.#table.hash(key, 0);
    const old = this.#table.findHashed(hash, key, 0);
    const refused = checkExistence(old, flags);
    if (refused !== 0) return refused;
    const slot = old < 0 ? this.#freshSlot() : old;
    if (slot < 0) return slot;
    this.#values.writeAll(slot, value);
    if (old < 0) this.#table.insert(slot, hash, key, 0);
    return 0;
  }

  #refusesFlags(flags: number): boolean {
    if (this.#perCpu) return flags > BPF_EXIST;
    if (flags > (BPF_F_LOCK | BPF_EXIST) || (flags & ~BPF_F_LOCK) > BPF_EXIST) return true;
    return (flags & BPF_F_LOCK) !== 0 && this.#values.lockAt < 0;
  }

  #link(slot: number, old: number, hash: number, key: Uint8Array, keyAt: number): void {
    if (old >= 0) {
      this.#table.remove(old);
      this.#spare = old;
    }
    this.#table.insert(slot, hash, key, keyAt);
  }

  #freshSlot(): number {
    if (this.#table.count >= this.#maxEntries) return -errno.E2BIG;
    return this.#takeSlot();
  }

  #spareSlot(): number {
    return this.#spare >= 0 ? this.#spare : this.#takeSlot();
  }

  #takeSlot(): number {
    const slot = this.#pool.take();
    if (slot < 0) return -errno.E2BIG;
    if (this.#table.ensure(slot + 1) && this.#values.ensure(slot + 1)) return slot;
    this.#pool.give(slot);
    return -errno.ENOMEM;
  }
}

/** BPF_NOEXIST and BPF_EXIST against the slot of the key, -1 for none (kernel check_flags). */
export function checkExistence(slot: number, flags: number): number {
  const mode = flags & ~BPF_F_LOCK;
  if (slot >= 0 && mode === BPF_NOEXIST) return -errno.EEXIST;
  if (slot < 0 && mode === BPF_EXIST) return -errno.ENOENT;
  return 0;
}
