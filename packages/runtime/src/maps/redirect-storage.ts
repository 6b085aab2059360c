import { errno, type MapSpec } from '@anybpf/bytecode';
import { nextIndex } from './array-storage.ts';
import { copyBytes, readU32, writeU32 } from './bytes.ts';
import { checkExistence } from './hash-storage.ts';
import { IDENTITY, KeyTable } from './key-table.ts';
import { BPF_EXIST, BPF_NOEXIST } from './map-flags.ts';
import type { RedirectStorage } from './map-storage.ts';
import { SlotPool } from './slot-pool.ts';
import { StorageBase } from './storage-base.ts';
import { ValueArea } from './value-area.ts';

/** Frames that a cpumap queue may hold (kernel/bpf/cpumap.c). */
const MAX_QUEUE = 16384;

/** What an update does to an entry, unless it is refused with a negative errno. */
const STORE = 0;
const REMOVE = 1;

/**
 * devmap, devmap_hash, cpumap and xskmap (kernel/bpf/devmap.c, cpumap.c, net/xdp/xskmap.c). No
 * interfaces or sockets stand behind the entries: any ifindex or socket descriptor makes a target.
 * The program that an 8-byte value can name by descriptor is refused, as a bad descriptor is.
 */
export class RedirectTable extends StorageBase implements RedirectStorage {
  readonly kind = 'redirect';
  /** Programs look entries up, but never write them. */
  override readonly programsMayWrite = false;
  override readonly enumeratesIndices: boolean;
  readonly #table: KeyTable;
  readonly #pool: SlotPool;
  readonly #area: ValueArea;
  readonly #machineCpus: number;
  readonly #scratch: Uint8Array = new Uint8Array(4);

  /** @param cpus CPUs that a cpumap may name */
  constructor(spec: MapSpec, cpus: number) {
    super(spec, cpus);
    this.#machineCpus = cpus;
    this.enumeratesIndices = spec.type !== 'devmap_hash';
    this.#table = new KeyTable(4, spec.maxEntries, spec.maxEntries, IDENTITY);
    this.#pool = new SlotPool(spec.maxEntries);
    this.#area = new ValueArea(spec.valueSize, spec.maxEntries);
  }

  override get values(): ValueArea {
    return this.#area;
  }

  target(key: number): number {
    writeU32(this.#scratch, 0, key);
    const at = this.lookup(this.#scratch, 0);
    return at < 0 ? -1 : readU32(this.#area.bytes, at);
  }

  override lookup(key: Uint8Array, keyAt: number): number {
    const slot = this.#table.find(key, keyAt);
    return slot < 0 ? -1 : slot * this.#area.stride;
  }

  override update(): number {
    return -errno.EINVAL;
  }

  override delete(key: Uint8Array, keyAt: number): number {
    const byIndex = this.enumeratesIndices;
    if (byIndex && readU32(key, keyAt) >= this.spec.maxEntries) return -errno.EINVAL;
    const slot = this.#table.find(key, keyAt);
    if (slot < 0) return byIndex ? 0 : -errno.ENOENT;
    this.#table.remove(slot);
    this.#pool.give(slot);
    return 0;
  }

  override nextKey(key: Uint8Array | null, next: Uint8Array): number {
    if (this.enumeratesIndices) return nextIndex(key, next, this.spec.maxEntries);
    const slot = this.#table.nextSlot(key);
    if (slot < 0) return -errno.ENOENT;
    this.#table.copyKey(slot, next);
    return 0;
  }

  override copyOut(key: Uint8Array, out: Uint8Array): number {
    if (this.spec.type === 'xskmap') return -errno.EOPNOTSUPP;
    const at = this.lookup(key, 0);
    if (at < 0) return -errno.ENOENT;
    copyBytes(this.#area.bytes, at, out, 0, this.spec.valueSize);
    return 0;
  }

  override copyIn(key: Uint8Array, value: Uint8Array, flags: number): number {
    if (flags > BPF_EXIST) return -errno.EINVAL;
    const hash = this.#table.hash(key, 0);
    const old = this.#table.findHashed(hash, key, 0);
    const action = this.#decide(readU32(key, 0), old, value, flags);
    if (action === REMOVE) return this.delete(key, 0);
    if (action !== STORE) return action;
    const slot = old < 0 ? this.#pool.take() : old;
    if (slot < 0) return -errno.E2BIG;
    if (!this.#table.ensure(slot + 1) || !this.#area.ensure(slot + 1)) {
      this.#pool.give(slot);
      return -errno.ENOMEM;
    }
    if (old >= 0) this.#table.remove(old);
    this.#table.insert(slot, hash, key, 0);
    // The second half of an 8-byte value shows the id of its program: there is none.
    const at = slot * this.#area.stride;
    this.#area.bytes.fill(0, at, at + this.spec.valueSize);
    copyBytes(value, 0, this.#area.bytes, at, 4);
    return 0;
  }

  #decide(key: number, old: number, value: Uint8Array, flags: number): number {
    const target = readU32(value, 0);
    const namesProgram = value.length === 8 && (readU32(value, 4) | 0) > 0;
    if (this.spec.type === 'devmap_hash') {
      if (target === 0) return -errno.EINVAL;
      if (old >= 0 && flags === BPF_NOEXIST) return -errno.EEXIST;
      return namesProgram ? -errno.EINVAL : STORE;
    }
    if (key >= this.spec.maxEntries) return -errno.E2BIG;
    if (this.spec.type === 'xskmap') {
      return (target | 0) < 0 ? -errno.EBADF : checkExistence(old, flags);
    }
    if (flags === BPF_NOEXIST) return -errno.EEXIST;
    if (this.spec.type === 'devmap') {
      if (namesProgram) return -errno.EINVAL;
      return target === 0 ? REMOVE : STORE;
    }
    if (target > MAX_QUEUE) return -errno.EOVERFLOW;
    if (key >= this.#machineCpus) return -errno.ENODEV;
    if (target === 0) return REMOVE;
    return namesProgram ? -errno.ENOMEM : STORE;
  }
}
