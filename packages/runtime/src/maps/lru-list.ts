import { type LruNodes, NodePlace } from './lru-nodes.ts';

/**
 * Active, inactive and free list of an LRU map (struct bpf_lru_list of kernel/bpf/bpf_lru_list.c): a
 * second-chance approximation of least recently used. Nodes that were used since the last look
 * survive in the active list; eviction takes unused ones from the tail of the inactive list.
 */
export class LruList {
  /** Head of the free list. */
  readonly free: number;
  readonly #nodes: LruNodes;
  readonly #active: number;
  readonly #inactive: number;
  readonly #scans: number;
  #activeCount = 0;
  #inactiveCount = 0;
  /** Element of the inactive list where the next rotation begins. */
  #rotation: number;

  /**
   * @param firstHead heads firstHead to firstHead + 2 of `nodes.lists` are this list's
   * @param scans the most nodes that one rotation or shrink looks at
   */
  constructor(nodes: LruNodes, firstHead: number, scans: number) {
    this.#nodes = nodes;
    this.#active = firstHead;
    this.#inactive = firstHead + 1;
    this.free = firstHead + 2;
    this.#scans = scans;
    this.#rotation = this.#inactive;
  }

  /** First node of the free list; -1 when it is empty. */
  firstFree(): number {
    const { lists } = this.#nodes;
    return lists.isEmpty(this.free) ? -1 : lists.next(this.free);
  }

  /** Moves a node between or within this list's three lists, to the front, its use forgotten. */
  move(node: number, place: 0 | 1 | 2): void {
    const { lists, referenced } = this.#nodes;
    this.#count(node, -1);
    this.#nodes.place[node] = place;
    this.#count(node, 1);
    referenced[node] = 0;
    if (node === this.#rotation) this.#rotation = lists.prev(node);
    lists.moveFirst(this.#head(place), node);
  }

  /** Takes a node over from a CPU's own list. */
  moveIn(node: number, place: 0 | 1 | 2): void {
    this.#nodes.lists.remove(node);
    this.add(node, place);
  }

  /** Takes a node over that is on no list. */
  add(node: number, place: 0 | 1 | 2): void {
    this.#nodes.place[node] = place;
    this.#count(node, 1);
    this.#nodes.referenced[node] = 0;
    this.#nodes.lists.addFirst(this.#head(place), node);
  }

  /** Hands a node over to the free list `head`. */
  moveOut(node: number, head: number, place: number): void {
    const { lists } = this.#nodes;
    if (node === this.#rotation) this.#rotation = lists.prev(node);
    this.#count(node, -1);
    this.#nodes.place[node] = place;
    lists.moveFirst(head, node);
  }

  /** Gives used nodes their second chance. */
  rotate(): void {
    if (this.#inactiveCount < this.#activeCount) this.#rotateActive();
    this.#rotateInactive();
  }

  /**
   * bpf_lru_list_shrink: evicts up to `target` unused nodes of the inactive list onto the free list `head`; when none is
   * unused, one node regardless.
   */
  shrink(target: number, head: number, place: number): void {
    if (this.#shrinkInactive(target, head, place) > 0) return;
    const { lists } = this.#nodes;
    const from = lists.isEmpty(this.#inactive) ? this.#active : this.#inactive;
    if (lists.isEmpty(from)) return;
    const node = lists.prev(from);
    this.#nodes.evict(node);
    this.moveOut(node, head, place);
  }

  #head(place: 0 | 1 | 2): number {
    return this.#active + place;
  }

  #count(node: number, by: number): void {
    const place = this.#nodes.place[node];
    if (place === NodePlace.ACTIVE) this.#activeCount += by;
    else if (place === NodePlace.INACTIVE) this.#inactiveCount += by;
  }

  /** From the tail: used nodes to the front again, unused ones to the inactive list. */
  #rotateActive(): void {
    const { lists, referenced } = this.#nodes;
    const first = lists.next(this.#active);
    let node = lists.prev(this.#active);
    for (let i = 1; node !== this.#active; i++) {
      const before = lists.prev(node);
      this.move(node, referenced[node] === 1 ? NodePlace.ACTIVE : NodePlace.INACTIVE);
      if (i === this.#scans || node === first) return;
      node = before;
    }
  }

  /** Used nodes to the active list; goes on where the last rotation ended. */
  #rotateInactive(): void {
    const { lists, referenced } = this.#nodes;
    const head = this.#inactive;
    if (lists.isEmpty(head)) return;
    let last = lists.next(this.#rotation);
    if (last === head) last = lists.next(last);
    let current = this.#rotation;
    let before = head;
    for (let i = 0; i < this.#scans; ) {
      if (current === head) {
        current = lists.prev(current);
        continue;
      }
      before = lists.prev(current);
      if (referenced[current] === 1) this.move(current, NodePlace.ACTIVE);
      if (current === last) break;
      current = before;
      i++;
    }
    this.#rotation = before;
  }

  #shrinkInactive(target: number, head: number, place: number): number {
    const { lists, referenced } = this.#nodes;
    let node = lists.prev(this.#inactive);
    let evicted = 0;
    for (let i = 0; i < this.#scans && node !== this.#inactive; i++) {
      const before = lists.prev(node);
      if (referenced[node] === 1) {
        this.move(node, NodePlace.ACTIVE);
      } else {
        this.#nodes.evict(node);
        this.moveOut(node, head, place);
        if (++evicted === target) break;
      }
      node = before;
    }
    return evicted;
  }
}
