/** A seeded source of numbers (mulberry32): the same seed, the same mutations. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to below - 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** Values that lengths, offsets and indices break at. */
const EDGES = [
  0, 1, 2, 7, 8, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];

type Mutation = (bytes: Uint8Array, random: Random, corpus: readonly Uint8Array[]) => Uint8Array;

const flipBit: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes;
};

const setByte: Mutation = (bytes, random) => {
  bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, 1 + random.below(bytes.length));

/** Overwrites an aligned word, as lengths and offsets are. */
const setWord: Mutation = (bytes, random) => {
  if (bytes.length < 8) return bytes;
  const at = 4 * random.below((bytes.length >> 2) - 1);
  const value = random.below(4) === 0 ? random.below(0xffffffff) : random.of(EDGES);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, value, random.below(2) === 0);
  return bytes;
};

/** Overwrites a field of the ELF header or of a section header. */
const setHeaderField: Mutation = (bytes, random) => {
  if (bytes.length < 64) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[5] === 1;
  const table = view.getUint32(little ? 40 : 44, little);
  const count = view.getUint16(60, little);
  const header = table + 64 * random.below(count || 1);
  if (random.below(4) === 0 || header + 64 > bytes.length) {
    view.setUint16(16 + 2 * random.below(24), random.of(EDGES), little);
  } else {
    const value = random.below(2) === 0 ? random.below(bytes.length) : random.of(EDGES);
    view.setUint32(header + 4 * random.below(16), value, little);
  }
  return bytes;
};

/** Copies a stretch of some object over another place. */
const splice: Mutation = (bytes, random, corpus) => {
  const source = random.of(corpus);
  const from = random.below(source.length);
  const length = 1 + random.below(Math.min(256, source.length - from));
  const to = random.below(bytes.length);
  bytes.set(source.subarray(from, from + Math.min(length, bytes.length - to)), to);
  return bytes;
};

const MUTATIONS = [flipBit, flipBit, setByte, setWord, setWord, setHeaderField, splice, truncate];

/** A copy of an object of the corpus with one to four mutations. */
export function mutant(random: Random, corpus: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = random.of(corpus).slice();
  for (let left = 1 + random.below(4); left > 0; left--) {
    bytes = random.of(MUTATIONS)(bytes, random, corpus);
  }
  return bytes;
}
