import { LruList } from './lru-list.ts';
import { LruNodes, NodePlace, type SlotOwner } from './lru-nodes.ts';

/** The most nodes moved to a CPU's own free list, or looked at, in one go (LOCAL_FREE_TARGET). */
const COMMON_TARGET = 128;
/** The same of separate lists per CPU (PERCPU_FREE_TARGET). */
const PER_CPU_TARGET = 4;

/** Chooses the slot for a new entry of an LRU map, and so the entry that makes room for it. */
export interface LruAllocator {
  /** A slot for a new entry, its former entry evicted; -1 when there is none. */
  take(cpu: number): number;
  /** Gives back a slot whose entry is out of the hash table. */
  give(slot: number): void;
  /** The entry of the slot was used by a program. */
  use(slot: number): void;
}

/**
 * One LRU list for all CPUs, with a free and a pending list of each CPU before it (kernel
 * bpf_common_lru, free target as since Linux 6.17): new entries wait in the pending list until the
 * CPU's free list is empty, and only then join the inactive or active list.
 */
export class CommonLru implements LruAllocator {
  readonly #nodes: LruNodes;
  readonly #list: LruList;
  readonly #cpus: number;
  readonly #target: number;
  /** Per CPU: whose lists to rob first. */
  readonly #nextSteal: Uint16Array;

  constructor(entries: number, cpus: number, owner: SlotOwner) {
    this.#nodes = new LruNodes(3 + 2 * cpus, entries, owner);
    this.#list = new LruList(this.#nodes, 0, COMMON_TARGET);
    this.#cpus = cpus;
    this.#target = Math.min(Math.max(Math.floor(Math.floor(entries / cpus) / 2), 1), COMMON_TARGET);
    this.#nextSteal = Uint16Array.from({ length: cpus }, (_, cpu) => cpu);
  }

  take(cpu: number): number {
    let node = this.#popFree(cpu);
    if (node < 0) {
      this.#refill(cpu);
      node = this.#popFree(cpu);
    }
    if (node < 0) node = this.#steal(cpu);
    if (node < 0) return -1;
    const { lists, place, referenced, cpu: owners } = this.#nodes;
    owners[node] = cpu;
    place[node] = NodePlace.LOCAL_PENDING;
    referenced[node] = 0;
    lists.addFirst(this.#pending(cpu), node);
    return node - lists.heads;
  }

  give(slot: number): void {
    const { lists, place, referenced, cpu } = this.#nodes;
    const node = slot + lists.heads;
    if (place[node] !== NodePlace.LOCAL_PENDING) {
      this.#list.move(node, NodePlace.FREE);
      return;
    }
    place[node] = NodePlace.LOCAL_FREE;
    referenced[node] = 0;
    lists.moveFirst(this.#free(cpu[node] as number), node);
  }

  use(slot: number): void {
    this.#nodes.referenced[slot + this.#nodes.lists.heads] = 1;
  }

  #free(cpu: number): number {
    return 3 + 2 * cpu;
  }

  #pending(cpu: number): number {
    return 4 + 2 * cpu;
  }

  #popFree(cpu: number): number {
    const { lists } = this.#nodes;
    const head = this.#free(cpu);
    if (lists.isEmpty(head)) return -1;
    const node = lists.next(head);
    lists.remove(node);
    return node;
  }

  /** Flushes the CPU's pending list, then fills its free list from the common list, evicting as needed. */
  #refill(cpu: number): void {
    const { lists } = this.#nodes;
    const pending = this.#pending(cpu);
    while (!lists.isEmpty(pending)) {
      const node = lists.prev(pending);
      const used = this.#nodes.referenced[node] === 1;
      this.#list.moveIn(node, used ? NodePlace.ACTIVE : NodePlace.INACTIVE);
    }
    this.#list.rotate();
    const head = this.#free(cpu);
    let taken = 0;
    for (; taken < this.#target; taken++) {
      const node = this.#list.firstFree();
      if (node < 0) break;
      this.#list.moveOut(node, head, NodePlace.LOCAL_FREE);
    }
    for (; taken < this.#target; taken++) {
      const node = this.#nodes.create();
      if (node < 0) break;
      this.#nodes.place[node] = NodePlace.LOCAL_FREE;
      lists.addFirst(head, node);
    }
    if (taken < this.#target) this.#list.shrink(this.#target - taken, head, NodePlace.LOCAL_FREE);
  }

  /** From the free or the pending list of the CPUs in turn. */
  #steal(cpu: number): number {
    const first = this.#nextSteal[cpu] as number;
    let victim = first;
    let node = -1;
    do {
      node = this.#popFree(victim);
      if (node < 0) node = this.#popPending(victim);
      victim = (victim + 1) % this.#cpus;
    } while (node < 0 && victim !== first);
    this.#nextSteal[cpu] = victim;
    return node;
  }

  /** The oldest unused pending entry, else the oldest. */
  #popPending(cpu: number): number {
    const { lists, referenced } = this.#nodes;
    const head = this.#pending(cpu);
    if (lists.isEmpty(head)) return -1;
    let node = lists.prev(head);
    while (node !== head && referenced[node] === 1) node = lists.prev(node);
    if (node === head) node = lists.prev(head);
    this.#nodes.evict(node);
    lists.remove(node);
    return node;
  }
}

/** Separate LRU lists per CPU (BPF_F_NO_COMMON_LRU): a CPU evicts only what it inserted. */
export class PerCpuLru implements LruAllocator {
  readonly #nodes: LruNodes;
  readonly #lists: readonly LruList[];
  /** Per CPU: nodes it may still create. */
  readonly #fresh: Float64Array;

  /** @param entries a multiple of `cpus` */
  constructor(entries: number, cpus: number, owner: SlotOwner) {
    this.#nodes = new LruNodes(3 * cpus, entries, owner);
    this.#lists = Array.from(
      { length: cpus },
      (_, cpu) => new LruList(this.#nodes, 3 * cpu, PER_CPU_TARGET),
    );
    this.#fresh = new Float64Array(cpus).fill(entries / cpus);
  }

  take(cpu: number): number {
    const list = this.#list(cpu);
    list.rotate();
    if (list.firstFree() < 0 && !this.#create(cpu)) {
      list.shrink(PER_CPU_TARGET, list.free, NodePlace.FREE);
    }
    const node = list.firstFree();
    if (node < 0) return -1;
    list.move(node, NodePlace.INACTIVE);
    return node - this.#nodes.lists.heads;
  }

  give(slot: number): void {
    const node = slot + this.#nodes.lists.heads;
    this.#list(this.#nodes.cpu[node] as number).move(node, NodePlace.FREE);
  }

  use(slot: number): void {
    this.#nodes.referenced[slot + this.#nodes.lists.heads] = 1;
  }

  #list(cpu: number): LruList {
    return this.#lists[cpu] as LruList;
  }

  #create(cpu: number): boolean {
    if (this.#fresh[cpu] === 0) return false;
    const node = this.#nodes.create();
    if (node < 0) return false;
    this.#fresh[cpu] = (this.#fresh[cpu] as number) - 1;
    this.#nodes.cpu[node] = cpu;
    this.#list(cpu).add(node, NodePlace.FREE);
    return true;
  }
}
