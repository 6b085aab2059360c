import { encodeUtf8 } from '../elf/text.ts';
import type { BtfStrings } from './strings.ts';

const UNDERSCORE = 0x5f;
const THREE_UNDERSCORES = 0x5f5f5f;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Bytes of a name that are hashed (the kernel's KSYM_NAME_LEN): bounds what overlapping names cost. */
const HASHED = 512;

/**
 * Length of a name without its flavour, the `___suffix` that tells several versions of one type
 * apart: the part that must agree in CO-RE (libbpf: bpf_core_essential_name_len).
 *
 *     task_struct___old   11        a___   4        ___a   4
 */
export function essentialLength(name: string): number {
  for (let at = name.length - 5; at >= 0; at--) {
    if (name.startsWith('___', at + 1) && name[at] !== '_' && name[at + 4] !== '_') return at + 1;
  }
  return name.length;
}

/** Types of one BTF (not of its base) by name, hashed by bytes: no name is decoded. */
export class NameIndex {
  readonly #strings: BtfStrings;
  readonly #names: Uint32Array;
  readonly #ids: Uint32Array;
  /** By low bits of the hash: 1 + the first index in `names`; `#next` the same by index. 0: none. */
  readonly #heads: Uint32Array;
  readonly #next: Uint32Array;
  readonly #hashes: Uint32Array;

  /**
   * @param names string offsets
   * @param ids of the types that have these names, ascending
   */
  constructor(names: Uint32Array, ids: Uint32Array, strings: BtfStrings) {
    this.#strings = strings;
    this.#names = names;
    this.#ids = ids;
    const size = 1 << Math.max(4, 32 - Math.clz32(names.length));
    const heads = new Uint32Array(size);
    const next = new Uint32Array(names.length);
    const hashes = new Uint32Array(names.length);
    const own = strings.holding(strings.start);
    // Downwards, so that each chain ascends.
    for (let index = names.length - 1; index >= 0; index--) {
      const offset = names[index] as number;
      const { bytes, from } = offset >= own.from ? own : strings.holding(offset);
      const hash = essentialHash(bytes, offset - from);
      const bucket = hash & (size - 1);
      hashes[index] = hash;
      next[index] = heads[bucket] as number;
      heads[bucket] = index + 1;
    }
    this.#heads = heads;
    this.#next = next;
    this.#hashes = hashes;
  }

  /**
   * Ids of the types of that name, ascending.
   *
   * @param essential flavours are disregarded, those of `name` too
   */
  find(name: string, essential: boolean): number[] {
    const text = essential ? name.slice(0, essentialLength(name)) : name;
    const wanted = encodeUtf8(text);
    if (wanted.length === 0 || wanted.includes(0)) return [];
    const hash = essential ? plainHash(wanted) : essentialHash(wanted, 0);
    const ids: number[] = [];
    let at = this.#heads[hash & (this.#heads.length - 1)] as number;
    while (at !== 0) {
      const index = at - 1;
      at = this.#next[index] as number;
      if (this.#hashes[index] !== hash || !this.#startsWith(index, wanted)) continue;
      const found = this.#strings.at(this.#names[index] as number);
      const name = essential ? found.slice(0, essentialLength(found)) : found;
      if (name === text) ids.push(this.#ids[index] as number);
    }
    return ids;
  }

  #startsWith(index: number, wanted: Uint8Array): boolean {
    const offset = this.#names[index] as number;
    const { bytes, from } = this.#strings.holding(offset);
    for (let i = 0; i < wanted.length; i++) {
      if (bytes[offset - from + i] !== wanted[i]) return false;
    }
    return true;
  }
}

/** FNV-1a over the essential part of the name that starts there and ends with a NUL or the bytes. */
function essentialHash(bytes: Uint8Array, start: number): number {
  const end = Math.min(bytes.length, start + HASHED);
  let hash = FNV_OFFSET;
  let recent = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0) break;
    recent = ((recent << 8) | byte) & 0xffffff;
    // Rare, and so kept out of the loop that every name goes through.
    if (recent === THREE_UNDERSCORES) return flavouredHash(bytes, start, end);
    hash = Math.imul(hash ^ byte, FNV_PRIME);
  }
  return hash >>> 0;
}

/** The same over all of it: of what is an essential part already. */
function plainHash(bytes: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (const byte of bytes.subarray(0, HASHED)) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

function flavouredHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = FNV_OFFSET;
  let essential: number | null = null;
  let beforeUnderscores = 0;
  let underscores = 0;
  for (let at = start; at < end && bytes[at] !== 0; at++) {
    const byte = bytes[at] as number;
    if (byte === UNDERSCORE) {
      if (underscores++ === 0) beforeUnderscores = hash;
    } else {
      if (underscores === 3 && at - start > 3) essential = beforeUnderscores;
      underscores = 0;
    }
    hash = Math.imul(hash ^ byte, FNV_PRIME);
  }
  return (essential ?? hash) >>> 0;
}
