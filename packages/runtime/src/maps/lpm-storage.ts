import { errno, type MapSpec } from '@anybpf/bytecode';
import { readU32, writeU32 } from './bytes.ts';
import { bitOf, LpmNodes, NONE } from './lpm-nodes.ts';
import { BPF_EXIST, BPF_NOEXIST } from './map-flags.ts';
import type { ValueStorage } from './map-storage.ts';
import { SlotValues } from './slot-values.ts';
import { StorageBase } from './storage-base.ts';
import type { ValueArea } from './value-area.ts';

/** Bytes of the prefix length that leads a key (struct bpf_lpm_trie_key_u8). */
const DATA_AT = 4;

/** Nodes below 2^30 keep node indices and slots small integers. */
const MAX_NODES = 2 ** 30;

/**
 * lpm_trie (kernel/bpf/lpm_trie.c). A key is a u32 prefix length and the prefix, most significant
 * bit first; a look-up gives the value of the longest prefix that covers the key. An update of a
 * present prefix takes a new node, so pointers to the old value go on reading the old value.
 */
export class LpmStorage extends StorageBase implements ValueStorage {
  readonly kind = 'value';
  readonly #nodes: LpmNodes;
  readonly #values: SlotValues;
  readonly #maxEntries: number;
  readonly #maxPrefix: number;
  #root = NONE;
  #count = 0;

  constructor(spec: MapSpec, cpus: number) {
    super(spec, cpus);
    const nodes = Math.min(2 * spec.maxEntries, MAX_NODES);
    this.#maxEntries = spec.maxEntries;
    this.#maxPrefix = 8 * (spec.keySize - DATA_AT);
    this.#nodes = new LpmNodes(spec.keySize - DATA_AT, nodes);
    this.#values = new SlotValues(spec.valueSize, nodes, 1, false, -1);
  }

  override get values(): ValueArea {
    return this.#values.area;
  }

  override lookup(key: Uint8Array, keyAt: number, _cpu: number): number {
    const node = this.#longestMatch(key, keyAt);
    return node === NONE ? -1 : this.#values.offset(node, 0);
  }

  override update(
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
    _cpu: number,
  ): number {
    const prefixLength = readU32(key, keyAt);
    if (flags > BPF_EXIST || prefixLength > this.#maxPrefix) return -errno.EINVAL;
    const nodes = this.#nodes;
    const dataAt = keyAt + DATA_AT;
    let parent = NONE;
    let side = 0;
    let node = this.#root;
    let match = 0;
    while (node !== NONE) {
      match = nodes.matchLength(node, prefixLength, key, dataAt);
      const own = nodes.prefixLength(node);
      if (own !== match || own === prefixLength) break;
      parent = node;
      side = bitOf(key, dataAt, own);
      node = nodes.child(node, side);
    }
    const present =
      node !== NONE && nodes.prefixLength(node) === match && !nodes.isIntermediate(node);
    const refused = this.#refusal(present, flags);
    if (refused !== 0) return refused;
    const fresh = nodes.take(prefixLength, false, key, dataAt);
    if (fresh === NONE) return -errno.ENOMEM;
    if (!this.#values.ensure(fresh + 1) || !this.#attach(parent, side, node, match, fresh)) {
      nodes.give(fresh);
      return -errno.ENOMEM;
    }
    if (!present) this.#count++;
    this.#values.initialize(fresh, 0, value, valueAt);
    return 0;
  }

  override delete(key: Uint8Array, keyAt: number): number {
    const prefixLength = readU32(key, keyAt);
    if (prefixLength > this.#maxPrefix) return -errno.EINVAL;
    const nodes = this.#nodes;
    const dataAt = keyAt + DATA_AT;
    let grandparent = NONE;
    let parentSide = 0;
    let parent = NONE;
    let side = 0;
    let node = this.#root;
    let match = 0;
    while (node !== NONE) {
      match = nodes.matchLength(node, prefixLength, key, dataAt);
      const own = nodes.prefixLength(node);
      if (own !== match || own === prefixLength) break;
      grandparent = parent;
      parentSide = side;
      parent = node;
      side = bitOf(key, dataAt, own);
      node = nodes.child(node, side);
    }
    if (
      node === NONE ||
      nodes.prefixLength(node) !== prefixLength ||
      match !== prefixLength ||
      nodes.isIntermediate(node)
    ) {
      return -errno.ENOENT;
    }
    this.#count--;
    const left = nodes.child(node, 0);
    const right = nodes.child(node, 1);
    if (left !== NONE && right !== NONE) {
      nodes.makeIntermediate(node);
      return 0;
    }
    if (left === NONE && right === NONE && parent !== NONE && nodes.isIntermediate(parent)) {
      this.#replace(grandparent, parentSide, nodes.child(parent, 1 - side));
      nodes.give(parent);
    } else {
      this.#replace(parent, side, left === NONE ? right : left);
    }
    nodes.give(node);
    return 0;
  }

  /** More specific prefixes come before those that cover them (post-order, as in the kernel). */
  override nextKey(key: Uint8Array | null, next: Uint8Array): number {
    if (this.#root === NONE) return -errno.ENOENT;
    const node = key === null ? this.#leftmost(this.#root) : this.#after(key);
    if (node === NONE) return -errno.ENOENT;
    writeU32(next, 0, this.#nodes.prefixLength(node));
    this.#nodes.copyData(node, next, DATA_AT);
    return 0;
  }

  override copyOut(key: Uint8Array, out: Uint8Array): number {
    const node = this.#longestMatch(key, 0);
    if (node === NONE) return -errno.ENOENT;
    this.#values.readAll(node, out);
    return 0;
  }

  override copyIn(key: Uint8Array, value: Uint8Array, flags: number): number {
    return this.update(key, 0, value, 0, flags, 0);
  }

  #longestMatch(key: Uint8Array, keyAt: number): number {
    const prefixLength = readU32(key, keyAt);
    if (prefixLength > this.#maxPrefix) return NONE;
    const nodes = this.#nodes;
    const dataAt = keyAt + DATA_AT;
    let found = NONE;
    let node = this.#root;
    while (node !== NONE) {
      const match = nodes.matchLength(node, prefixLength, key, dataAt);
      if (match === this.#maxPrefix) return node;
      const own = nodes.prefixLength(node);
      if (match < own) break;
      if (!nodes.isIntermediate(node)) found = node;
      node = nodes.child(node, bitOf(key, dataAt, own));
    }
    return found;
  }

  #refusal(present: boolean, flags: number): number {
    if (present) return flags === BPF_NOEXIST ? -errno.EEXIST : 0;
    if (flags === BPF_EXIST) return -errno.ENOENT;
    return this.#count === this.#maxEntries ? -errno.ENOSPC : 0;
  }

  /** Puts `fresh` where the descent ended: into a gap, in place of `node`, above it, or beside it. */
  #attach(parent: number, side: number, node: number, match: number, fresh: number): boolean {
    const nodes = this.#nodes;
    if (node === NONE) {
      this.#replace(parent, side, fresh);
    } else if (nodes.prefixLength(node) === match) {
      nodes.setChild(fresh, 0, nodes.child(node, 0));
      nodes.setChild(fresh, 1, nodes.child(node, 1));
      this.#replace(parent, side, fresh);
      nodes.give(node);
    } else if (nodes.prefixLength(fresh) === match) {
      nodes.setChild(fresh, nodes.bit(node, match), node);
      this.#replace(parent, side, fresh);
    } else {
      const branch = nodes.takeAbove(node, match);
      if (branch === NONE) return false;
      const freshSide = nodes.bit(fresh, match);
      nodes.setChild(branch, freshSide, fresh);
      nodes.setChild(branch, 1 - freshSide, node);
      this.#replace(parent, side, branch);
    }
    return true;
  }

  #replace(parent: number, side: number, node: number): void {
    if (parent === NONE) this.#root = node;
    else this.#nodes.setChild(parent, side, node);
  }

  #after(key: Uint8Array): number {
    const nodes = this.#nodes;
    const prefixLength = readU32(key, 0);
    if (prefixLength > this.#maxPrefix) return this.#leftmost(this.#root);
    const path: number[] = [];
    let node = this.#root;
    let match = -1;
    while (node !== NONE) {
      path.push(node);
      match = nodes.matchLength(node, prefixLength, key, DATA_AT);
      const own = nodes.prefixLength(node);
      if (own !== match || own === prefixLength) break;
      node = nodes.child(node, bitOf(key, DATA_AT, own));
    }
    if (node === NONE || nodes.prefixLength(node) !== match || nodes.isIntermediate(node)) {
      return this.#leftmost(this.#root);
    }
    for (let depth = path.length - 2; depth >= 0; depth--) {
      const parent = path[depth] as number;
      const right = nodes.child(parent, 1);
      if (nodes.child(parent, 0) === node && right !== NONE) return this.#leftmost(right);
      if (!nodes.isIntermediate(parent)) return parent;
      node = parent;
    }
    return NONE;
  }

  #leftmost(root: number): number {
    const nodes = this.#nodes;
    let found = NONE;
    let node = root;
    while (node !== NONE) {
      const left = nodes.child(node, 0);
      if (!nodes.isIntermediate(node)) {
        found = node;
        node = left === NONE ? nodes.child(node, 1) : left;
      } else {
        node = left;
      }
    }
    return found;
  }
}
