import { copyBytes } from './bytes.ts';
import { SlotPool } from './slot-pool.ts';
import { allocate } from './value-area.ts';

/** No child, no node. */
export const NONE = -1;

const MIN_NODES = 64;

/** Nodes of a binary trie with path compression, on typed arrays (struct lpm_trie_node). */
export class LpmNodes {
  /** Bytes of a prefix. */
  readonly dataSize: number;
  readonly #pool: SlotPool;
  readonly #limit: number;
  /** Children 0 and 1 of node n at 2n and 2n + 1. */
  #children: Int32Array = new Int32Array(0);
  #prefixLengths: Uint16Array = new Uint16Array(0);
  /** 1: only branches, holds no entry. */
  #intermediate: Uint8Array = new Uint8Array(0);
  #data: Uint8Array = new Uint8Array(0);

  constructor(dataSize: number, limit: number) {
    this.dataSize = dataSize;
    this.#limit = limit;
    this.#pool = new SlotPool(limit);
  }

  /** A node without children; NONE without memory. */
  take(prefixLength: number, intermediate: boolean, data: Uint8Array, dataAt: number): number {
    const node = this.#pool.take();
    if (node < 0 || !this.#ensure(node + 1)) {
      if (node >= 0) this.#pool.give(node);
      return NONE;
    }
    this.#children[2 * node] = NONE;
    this.#children[2 * node + 1] = NONE;
    this.#prefixLengths[node] = prefixLength;
    this.#intermediate[node] = intermediate ? 1 : 0;
    copyBytes(data, dataAt, this.#data, node * this.dataSize, this.dataSize);
    return node;
  }

  /** An intermediate node above `node`, with its data. */
  takeAbove(node: number, prefixLength: number): number {
    const at = node * this.dataSize;
    return this.take(prefixLength, true, this.#data, at);
  }

  give(node: number): void {
    this.#pool.give(node);
  }

  child(node: number, bit: number): number {
    return this.#children[2 * node + bit] as number;
  }

  setChild(node: number, bit: number, child: number): void {
    this.#children[2 * node + bit] = child;
  }

  prefixLength(node: number): number {
    return this.#prefixLengths[node] as number;
  }

  isIntermediate(node: number): boolean {
    return this.#intermediate[node] === 1;
  }

  makeIntermediate(node: number): void {
    this.#intermediate[node] = 1;
  }

  /** Bit of the node's prefix, counted from the most significant bit of the first byte. */
  bit(node: number, index: number): number {
    return bitOf(this.#data, node * this.dataSize, index);
  }

  copyData(node: number, out: Uint8Array, at: number): void {
    copyBytes(this.#data, node * this.dataSize, out, at, this.dataSize);
  }

  /** Leading bits that the node's prefix and `prefixLength` bits of `data` have in common. */
  matchLength(node: number, prefixLength: number, data: Uint8Array, dataAt: number): number {
    const own = this.#prefixLengths[node] as number;
    const limit = Math.min(own, prefixLength);
    const from = node * this.dataSize;
    for (let i = 0; 8 * i < limit; i++) {
      const difference = (this.#data[from + i] as number) ^ (data[dataAt + i] as number);
      if (difference !== 0) {
        const length = 8 * i + Math.clz32(difference) - 24;
        return Math.min(length, limit);
      }
    }
    return limit;
  }

  #ensure(nodes: number): boolean {
    if (nodes <= this.#prefixLengths.length) return true;
    const capacity = Math.min(
      this.#limit,
      Math.max(nodes, 2 * this.#prefixLengths.length, MIN_NODES),
    );
    const children = allocate(capacity * 8);
    const prefixLengths = allocate(capacity * 2);
    const intermediate = allocate(capacity);
    const data = allocate(capacity * this.dataSize);
    if (children === null || prefixLengths === null || intermediate === null || data === null) {
      return false;
    }
    const newChildren = new Int32Array(children.buffer);
    newChildren.set(this.#children);
    this.#children = newChildren;
    const newLengths = new Uint16Array(prefixLengths.buffer);
    newLengths.set(this.#prefixLengths);
    this.#prefixLengths = newLengths;
    intermediate.set(this.#intermediate);
    this.#intermediate = intermediate;
    data.set(this.#data);
    this.#data = data;
    return true;
  }
}

export function bitOf(data: Uint8Array, at: number, index: number): number {
  return ((data[at + (index >>> 3)] as number) >>> (7 - (index & 7))) & 1;
}
