import { errno, type MapSpec, mapFlags } from '@anybpf/bytecode';
import type { Program } from '../backend.ts';
import { nextIndex } from './array-storage.ts';
import { readU32, writeU32 } from './bytes.ts';
import { checkExistence } from './hash-storage.ts';
import { KeyTable } from './key-table.ts';
import { BPF_ANY, BPF_EXIST } from './map-flags.ts';
import type { MapStorage, ReferenceStorage } from './map-storage.ts';
import { SlotPool } from './slot-pool.ts';
import { StorageBase } from './storage-base.ts';

type Target = Program | MapStorage;

/** prog_array and array_of_maps (fd_array of kernel/bpf/arraymap.c). */
export class ReferenceArray extends StorageBase implements ReferenceStorage {
  readonly kind = 'reference';
  override readonly enumeratesIndices = true;
  /** Grows to the highest index in use. */
  readonly #targets: (Target | null)[] = [];
  readonly #maxEntries: number;

  constructor(spec: MapSpec, cpus: number) {
    super(spec, cpus);
    this.#maxEntries = spec.maxEntries;
  }

  reference(key: Uint8Array, keyAt: number): Target | null {
    return this.referenceAt(readU32(key, keyAt));
  }

  referenceAt(index: number): Target | null {
    return index < this.#targets.length ? (this.#targets[index] ?? null) : null;
  }

  setReference(key: Uint8Array, target: Target, flags: number): number {
    if (flags !== BPF_ANY) return -errno.EINVAL;
    const index = readU32(key, 0);
    if (index >= this.#maxEntries) return -errno.E2BIG;
    if (!isFitting(this.spec, target)) return -errno.EINVAL;
    this.#targets[index] = target;
    return 0;
  }

  override update(): number {
    return -errno.EINVAL;
  }

  override delete(key: Uint8Array, keyAt: number): number {
    const index = readU32(key, keyAt);
    if (index >= this.#maxEntries) return -errno.E2BIG;
    if (this.referenceAt(index) === null) return -errno.ENOENT;
    this.#targets[index] = null;
    return 0;
  }

  override nextKey(key: Uint8Array | null, next: Uint8Array): number {
    return nextIndex(key, next, this.#maxEntries);
  }

  override copyOut(key: Uint8Array, out: Uint8Array): number {
    return writeId(this.reference(key, 0), out);
  }

  /** There are no file descriptors to put into it. */
  override copyIn(key: Uint8Array, _value: Uint8Array, flags: number): number {
    if (flags !== BPF_ANY) return -errno.EINVAL;
    return readU32(key, 0) >= this.#maxEntries ? -errno.E2BIG : -errno.EBADF;
  }
}

/** hash_of_maps (fd_htab of kernel/bpf/hashtab.c). */
export class ReferenceHash extends StorageBase implements ReferenceStorage {
  readonly kind = 'reference';
  readonly #table: KeyTable;
  readonly #pool: SlotPool;
  readonly #targets: Target[] = [];

  constructor(spec: MapSpec, cpus: number, seed: number) {
    super(spec, cpus);
    this.#table = new KeyTable(spec.keySize, spec.maxEntries, spec.maxEntries, seed);
    this.#pool = new SlotPool(spec.maxEntries);
  }

  reference(key: Uint8Array, keyAt: number): Target | null {
    const slot = this.#table.find(key, keyAt);
    return slot < 0 ? null : (this.#targets[slot] as Target);
  }

  referenceAt(_index: number): Target | null {
    return null;
  }

  setReference(key: Uint8Array, target: Target, flags: number): number {
    if (!isFitting(this.spec, target) || flags > BPF_EXIST) return -errno.EINVAL;
    const hash = this.#table.hash(key, 0);
    const old = this.#table.findHashed(hash, key, 0);
    const refused = checkExistence(old, flags);
    if (refused !== 0) return refused;
    if (old >= 0) {
      this.#targets[old] = target;
      return 0;
    }
    const slot = this.#pool.take();
    if (slot < 0) return -errno.E2BIG;
    if (!this.#table.ensure(slot + 1)) {
      this.#pool.give(slot);
      return -errno.ENOMEM;
    }
    this.#table.insert(slot, hash, key, 0);
    this.#targets[slot] = target;
    return 0;
  }

  override update(): number {
    return -errno.EINVAL;
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
    return writeId(this.reference(key, 0), out);
  }

  /** There are no file descriptors to put into it. */
  override copyIn(): number {
    return -errno.EBADF;
  }
}

/** A program array takes programs; a map of maps takes maps like its template (bpf_map_meta_equal). */
function isFitting(spec: MapSpec, target: Target): boolean {
  if (!('spec' in target)) return spec.type === 'prog_array';
  const template = spec.inner;
  const inner = target.spec;
  if (spec.type === 'prog_array' || template === null) return false;
  const alike =
    template.type === inner.type &&
    template.keySize === inner.keySize &&
    template.valueSize === inner.valueSize &&
    template.flags === inner.flags;
  // Only plain arrays are looked into inline, so only there the size is part of the type.
  const sizeMatters = inner.type === 'array' && (template.flags & mapFlags.BPF_F_INNER_MAP) === 0;
  return alike && (!sizeMatters || template.maxEntries === inner.maxEntries);
}

const ids = new WeakMap<object, number>();
let lastId = 0;

/** What user space reads from a map of references: the id of the program or map, a u32 unique in this process. */
function writeId(target: Target | null, out: Uint8Array): number {
  if (target === null) return -errno.ENOENT;
  let id = ids.get(target);
  if (id === undefined) {
    id = ++lastId;
    ids.set(target, id);
  }
  writeU32(out, 0, id);
  return 0;
}
