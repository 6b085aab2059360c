import { errno, type MapSpec, mapFlags } from '@anybpf/bytecode';
import { checkExistence } from './hash-storage.ts';
import { KeyTable } from './key-table.ts';
import { CommonLru, type LruAllocator, PerCpuLru } from './lru-allocator.ts';
import { BPF_EXIST } from './map-flags.ts';
import { isPerCpu, type ValueStorage } from './map-storage.ts';
import { SlotValues } from './slot-values.ts';
import { StorageBase } from './storage-base.ts';
import type { ValueArea } from './value-area.ts';

/**
 * lru_hash and lru_percpu_hash (kernel/bpf/hashtab.c, bpf_lru_list.c). Eviction is the kernel's own
 * algorithm, so which entry goes is what the kernel decides for the same operations on the same
 * CPUs. As there, a slot is taken before the flags are looked at: even a refused update may evict.
 */
export class LruStorage extends StorageBase implements ValueStorage {
  readonly kind = 'value';
  readonly #table: KeyTable;
  readonly #values: SlotValues;
  readonly #lru: LruAllocator;
  readonly #perCpu: boolean;

  constructor(spec: MapSpec, cpus: number, seed: number) {
    super(spec, cpus);
    const separate = (spec.flags & mapFlags.BPF_F_NO_COMMON_LRU) !== 0;
    const entries = separate ? Math.ceil(spec.maxEntries / cpus) * cpus : spec.maxEntries;
    this.#perCpu = isPerCpu(spec);
    this.#table = new KeyTable(spec.keySize, entries, entries, seed);
    this.#values = new SlotValues(spec.valueSize, entries, this.cpus, this.#perCpu, -1);
    const owner = {
      evict: (slot: number): void => this.#table.remove(slot),
      ensure: (slots: number): boolean => this.#table.ensure(slots) && this.#values.ensure(slots),
    };
    this.#lru = new (separate ? PerCpuLru : CommonLru)(entries, cpus, owner);
  }

  override get values(): ValueArea {
    return this.#values.area;
  }

  override lookup(key: Uint8Array, keyAt: number, cpu: number): number {
    const slot = this.#table.find(key, keyAt);
    if (slot < 0) return -1;
    this.#lru.use(slot);
    return this.#values.offset(slot, cpu);
  }

  override update(
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
    cpu: number,
  ): number {
    if (flags > BPF_EXIST) return -errno.EINVAL;
    const hash = this.#table.hash(key, keyAt);
    const found = this.#prepare(hash, key, keyAt, flags, cpu);
    if (found < 0) return found;
    const slot = this.#slot;
    if (this.#perCpu && found === 1) {
      this.#values.write(slot, cpu, value, valueAt);
      return 0;
    }
    this.#values.initialize(slot, cpu, value, valueAt);
    this.#table.insert(slot, hash, key, keyAt);
    return 0;
  }

  override delete(key: Uint8Array, keyAt: number): number {
    const slot = this.#table.find(key, keyAt);
    if (slot < 0) return -errno.ENOENT;
    this.#table.remove(slot);
    this.#lru.give(slot);
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
    if (flags > BPF_EXIST) return -errno.EINVAL;
    const hash = this.#table.hash(key, 0);
    const found = this.#prepare(hash, key, 0, flags, 0);
    if (found < 0) return found;
    const slot = this.#slot;
    this.#values.writeAll(slot, value);
    if (!this.#perCpu || found === 0) this.#table.insert(slot, hash, key, 0);
    return 0;
  }

  /** The slot that `#prepare` found or took. */
  #slot = -1;

  /**
   * Sets `#slot` to the one to write: 1 when the key was there (per-CPU: it still is, the value is
   * overwritten in place; else its slot is free again), 0 when it was not, or a negative errno.
   */
  #prepare(hash: number, key: Uint8Array, keyAt: number, flags: number, cpu: number): number {
    const inPlace = this.#perCpu;
    const taken = inPlace && flags === BPF_EXIST ? -1 : this.#lru.take(cpu);
    if (taken < 0 && !(inPlace && flags === BPF_EXIST)) return -errno.ENOMEM;
    const old = this.#table.findHashed(hash, key, keyAt);
    const refused = checkExistence(old, flags);
    if (refused !== 0) {
      if (taken >= 0) this.#lru.give(taken);
      return refused;
    }
    this.#slot = taken;
    if (old < 0) return 0;
    if (inPlace) {
      this.#lru.use(old);
      if (taken >= 0) this.#lru.give(taken);
      this.#slot = old;
    } else {
      this.#lru.use(taken);
      this.#table.remove(old);
      this.#lru.give(old);
    }
    return 1;
  }
}
