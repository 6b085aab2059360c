import { allocate } from './value-area.ts';

/**
 * Circular doubly linked lists over shared typed arrays, as the kernel's list_head: element `h` below
 * `heads` is the head of list `h`, the others are nodes. A node is on one list at a time.
 */
export class LinkedLists {
  readonly heads: number;
  #next: Int32Array;
  #prev: Int32Array;

  constructor(heads: number) {
    this.heads = heads;
    this.#next = Int32Array.from({ length: heads }, (_, head) => head);
    this.#prev = this.#next.slice();
  }

  /** Room for `nodes` nodes; false when memory does not allow it. */
  ensure(nodes: number): boolean {
    const needed = this.heads + nodes;
    if (needed <= this.#next.length) return true;
    const capacity = Math.max(needed, 2 * this.#next.length);
    const next = allocate(capacity * 4);
    const prev = allocate(capacity * 4);
    if (next === null || prev === null) return false;
    const newNext = new Int32Array(next.buffer);
    const newPrev = new Int32Array(prev.buffer);
    newNext.set(this.#next);
    newPrev.set(this.#prev);
    this.#next = newNext;
    this.#prev = newPrev;
    return true;
  }

  /** The element behind `element`; from a head its first node, or the head itself when empty. */
  next(element: number): number {
    return this.#next[element] as number;
  }

  prev(element: number): number {
    return this.#prev[element] as number;
  }

  isEmpty(head: number): boolean {
    return this.#next[head] === head;
  }

  addFirst(head: number, node: number): void {
    const first = this.next(head);
    this.#next[head] = node;
    this.#prev[node] = head;
    this.#next[node] = first;
    this.#prev[first] = node;
  }

  remove(node: number): void {
    const before = this.prev(node);
    const after = this.next(node);
    this.#next[before] = after;
    this.#prev[after] = before;
  }

  moveFirst(head: number, node: number): void {
    this.remove(node);
    this.addFirst(head, node);
  }
}
