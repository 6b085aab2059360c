import { LinkedLists } from './linked-lists.ts';
import { allocate } from './value-area.ts';

/** Where a node is (kernel enum bpf_lru_list_type and the local list types). */
export const NodePlace = {
  ACTIVE: 0,
  INACTIVE: 1,
  FREE: 2,
  LOCAL_FREE: 3,
  LOCAL_PENDING: 4,
} as const;

/** What the hash table does for its LRU lists. */
export interface SlotOwner {
  /** Takes the slot's entry out of the hash table. */
  evict(slot: number): void;
  /** Room for slots 0 to `slots - 1`; false without memory. */
  ensure(slots: number): boolean;
}

/**
 * State of every slot of an LRU map: the list that holds it, whether it was used since the last
 * look, the CPU that took it. A node is a slot plus the number of list heads. Slots come into being
 * when first taken, which is the order in which the kernel's full free list would give them.
 */
export class LruNodes {
  readonly lists: LinkedLists;
  place: Uint8Array = new Uint8Array(0);
  referenced: Uint8Array = new Uint8Array(0);
  cpu: Uint16Array = new Uint16Array(0);
  readonly #limit: number;
  readonly #owner: SlotOwner;
  #created = 0;

  constructor(heads: number, limit: number, owner: SlotOwner) {
    this.lists = new LinkedLists(heads);
    this.#limit = limit;
    this.#owner = owner;
  }

  evict(node: number): void {
    this.#owner.evict(node - this.lists.heads);
  }

  /** A node that was never used, on no list; -1 when all are, or memory is short. */
  create(): number {
    if (this.#created === this.#limit) return -1;
    const slots = this.#created + 1;
    if (!this.#owner.ensure(slots) || !this.#ensure(slots)) return -1;
    return this.#created++ + this.lists.heads;
  }

  #ensure(slots: number): boolean {
    if (!this.lists.ensure(slots)) return false;
    const needed = slots + this.lists.heads;
    if (needed <= this.place.length) return true;
    const capacity = Math.max(needed, 2 * this.place.length, 64);
    const place = allocate(capacity);
    const referenced = allocate(capacity);
    const cpu = allocate(capacity * 2);
    if (place === null || referenced === null || cpu === null) return false;
    place.set(this.place);
    referenced.set(this.referenced);
    this.place = place;
    this.referenced = referenced;
    const cpus = new Uint16Array(cpu.buffer);
    cpus.set(this.cpu);
    this.cpu = cpus;
    return true;
  }
}
