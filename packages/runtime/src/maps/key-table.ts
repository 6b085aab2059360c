import { copyBytes, readU32 } from './bytes.ts';
import { jenkinsHash } from './jenkins-hash.ts';
import { allocate } from './value-area.ts';

/** In place of a seed: 4-byte keys are their own hash, as those of devmap_hash. */
export const IDENTITY = null;

const MIN_SLOTS = 64;

/** Buckets are all there from the start up to this many, so that small maps iterate as the kernel does. */
const EAGER_BUCKETS = 2 ** 16;

/** Slots are int32 and one is kept for "none"; keys of a table stay below the engine's array limit. */
const MAX_SLOTS = 2 ** 30;

/**
 * A chained hash table from keys to slots, on typed arrays: bucket heads, one link per slot, new
 * entries first in their chain. With as many buckets as the kernel takes (max_entries rounded up to
 * a power of two) iteration runs in the kernel's order for the same hash seed.
 *
 * The table does not choose slots; its user does, and says how many there are with `ensure`.
 */
export class KeyTable {
  /** Entries now in the table. */
  count = 0;
  readonly #keySize: number;
  readonly #seed: number | null;
  readonly #maxBuckets: number;
  readonly #maxSlots: number;
  /** Of each bucket: first slot + 1, or 0. */
  #heads: Int32Array;
  /** Of each slot: next slot of the chain + 1, or 0. */
  #links: Int32Array;
  #hashes: Int32Array;
  #keys: Uint8Array;

  /**
   * @param maxEntries what the kernel sizes its buckets by
   * @param maxSlots the most slots that the user of the table needs
   * @param seed of the hash function, or IDENTITY
   */
  constructor(keySize: number, maxEntries: number, maxSlots: number, seed: number | null) {
    this.#keySize = keySize;
    this.#seed = seed;
    this.#maxBuckets = Math.min(2 ** Math.ceil(Math.log2(maxEntries)), MAX_SLOTS);
    this.#maxSlots = Math.min(maxSlots, MAX_SLOTS);
    this.#heads = new Int32Array(Math.min(this.#maxBuckets, EAGER_BUCKETS));
    this.#links = new Int32Array(0);
    this.#hashes = new Int32Array(0);
    this.#keys = new Uint8Array(0);
  }

  /** Room for slots 0 to `slots - 1`; false when memory does not allow it. */
  ensure(slots: number): boolean {
    if (slots <= this.#links.length) return true;
    if (slots > this.#maxSlots) return false;
    const capacity = Math.min(this.#maxSlots, Math.max(slots, 2 * this.#links.length, MIN_SLOTS));
    const keys = allocate(capacity * this.#keySize);
    const links = allocate(capacity * 4);
    const hashes = allocate(capacity * 4);
    if (keys === null || links === null || hashes === null) return false;
    keys.set(this.#keys);
    this.#keys = keys;
    const newLinks = new Int32Array(links.buffer);
    newLinks.set(this.#links);
    this.#links = newLinks;
    const newHashes = new Int32Array(hashes.buffer);
    newHashes.set(this.#hashes);
    this.#hashes = newHashes;
    return true;
  }

  /** Hash of a key: a signed 32-bit number. */
  hash(key: Uint8Array, keyAt: number): number {
    if (this.#seed === IDENTITY) return readU32(key, keyAt) | 0;
    return jenkinsHash(key, keyAt, this.#keySize, this.#seed);
  }

  /** Slot of a key; -1 when it is not there. */
  find(key: Uint8Array, keyAt: number): number {
    return this.findHashed(this.hash(key, keyAt), key, keyAt);
  }

  /** The same, where the hash is at hand. */
  findHashed(hash: number, key: Uint8Array, keyAt: number): number {
    let slot = (this.#heads[hash & (this.#heads.length - 1)] as number) - 1;
    while (slot >= 0) {
      if (this.#hashes[slot] === hash && this.#equals(slot, key, keyAt)) return slot;
      slot = (this.#links[slot] as number) - 1;
    }
    return -1;
  }

  /** Puts a key that is not there yet (or only in a slot about to be removed) at the head of its chain. */
  insert(slot: number, hash: number, key: Uint8Array, keyAt: number): void {
    if (this.count >= this.#heads.length && this.#heads.length < this.#maxBuckets) this.#split();
    copyBytes(key, keyAt, this.#keys, slot * this.#keySize, this.#keySize);
    this.#hashes[slot] = hash;
    const bucket = hash & (this.#heads.length - 1);
    this.#links[slot] = this.#heads[bucket] as number;
    this.#heads[bucket] = slot + 1;
    this.count++;
  }

  /** Takes the entry of `slot` out of its chain; its key bytes stay until the slot is used again. */
  remove(slot: number): void {
    const bucket = (this.#hashes[slot] as number) & (this.#heads.length - 1);
    const after = this.#links[slot] as number;
    let at = (this.#heads[bucket] as number) - 1;
    if (at === slot) {
      this.#heads[bucket] = after;
    } else {
      while ((this.#links[at] as number) - 1 !== slot) at = (this.#links[at] as number) - 1;
      this.#links[at] = after;
    }
    this.count--;
  }

  /** Slot after that of `key`, the first one for null or an unknown key; -1 at the end. */
  nextSlot(key: Uint8Array | null): number {
    const slot = key === null ? -1 : this.find(key, 0);
    if (slot < 0) return this.#firstFrom(0);
    const link = this.#links[slot] as number;
    if (link !== 0) return link - 1;
    return this.#firstFrom(((this.#hashes[slot] as number) & (this.#heads.length - 1)) + 1);
  }

  copyKey(slot: number, out: Uint8Array): void {
    copyBytes(this.#keys, slot * this.#keySize, out, 0, this.#keySize);
  }

  #firstFrom(bucket: number): number {
    for (let i = bucket; i < this.#heads.length; i++) {
      const head = this.#heads[i] as number;
      if (head !== 0) return head - 1;
    }
    return -1;
  }

  #equals(slot: number, key: Uint8Array, keyAt: number): boolean {
    const keys = this.#keys;
    const size = this.#keySize;
    const from = slot * size;
    for (let i = 0; i < size; i++) if (keys[from + i] !== key[keyAt + i]) return false;
    return true;
  }

  /** Doubles the buckets; the entries of a chain keep their order. Without memory it stays as it is. */
  #split(): void {
    const memory = allocate(this.#heads.length * 8);
    if (memory === null) return;
    const old = this.#heads;
    const heads = new Int32Array(memory.buffer);
    for (let bucket = 0; bucket < old.length; bucket++) {
      const tails = [-1, -1];
      let link = old[bucket] as number;
      while (link !== 0) {
        const slot = link - 1;
        link = this.#links[slot] as number;
        this.#links[slot] = 0;
        const half = ((this.#hashes[slot] as number) & old.length) === 0 ? 0 : 1;
        const tail = tails[half] as number;
        if (tail < 0) heads[bucket + half * old.length] = slot + 1;
        else this.#links[tail] = slot + 1;
        tails[half] = slot;
      }
    }
    this.#heads = heads;
  }
}
