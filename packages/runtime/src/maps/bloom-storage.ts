import { errno, type MapSpec } from '@anybpf/bytecode';
import { MapOperationError } from '../errors.ts';
import { jenkinsHash } from './jenkins-hash.ts';
import { BPF_ANY } from './map-flags.ts';
import type { QueueStorage } from './map-storage.ts';
import { StorageBase } from './storage-base.ts';
import { allocate } from './value-area.ts';

/** What the kernel takes where map_extra names no number of hash functions. */
const DEFAULT_HASHES = 5;

/** Bloom filter (kernel/bpf/bloom_filter.c): the kernel's size and hash functions. */
export class BloomStorage extends StorageBase implements QueueStorage {
  readonly kind = 'queue';
  readonly #bits: Uint8Array;
  readonly #mask: number;
  readonly #hashes: number;
  readonly #seed: number;

  /** @throws MapOperationError (ENOMEM) */
  constructor(spec: MapSpec, cpus: number, seed: number) {
    super(spec, cpus);
    this.#hashes = Number(spec.mapExtra & 0xfn) || DEFAULT_HASHES;
    const bitCount = bloomBits(spec.maxEntries, this.#hashes);
    const bits = allocate(bitCount / 8);
    if (bits === null) {
      throw new MapOperationError(spec.name, 'create', 'ENOMEM', `${bitCount / 8} bytes of filter`);
    }
    this.#bits = bits;
    this.#mask = bitCount - 1;
    this.#seed = seed;
  }

  push(value: Uint8Array, valueAt: number, flags: number): number {
    if (flags !== BPF_ANY) return -errno.EINVAL;
    for (let i = 0; i < this.#hashes; i++) {
      const bit = this.#hash(value, valueAt, i);
      this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] as number) | (1 << (bit & 7));
    }
    return 0;
  }

  pop(): number {
    return -errno.EOPNOTSUPP;
  }

  peek(value: Uint8Array, valueAt: number): number {
    for (let i = 0; i < this.#hashes; i++) {
      const bit = this.#hash(value, valueAt, i);
      if ((((this.#bits[bit >>> 3] as number) >>> (bit & 7)) & 1) === 0) return -errno.ENOENT;
    }
    return 0;
  }

  override update(): number {
    return -errno.EINVAL;
  }

  override delete(): number {
    return -errno.EOPNOTSUPP;
  }

  override nextKey(): number {
    return -errno.EOPNOTSUPP;
  }

  /** The kernel's look-up of a filter takes the value to test in `out`. */
  override copyOut(_key: Uint8Array, out: Uint8Array): number {
    return this.peek(out, 0);
  }

  override copyIn(_key: Uint8Array, value: Uint8Array, flags: number): number {
    return this.push(value, 0, flags);
  }

  #hash(value: Uint8Array, at: number, index: number): number {
    return (
      (jenkinsHash(value, at, this.spec.valueSize, (this.#seed + index) | 0) & this.#mask) >>> 0
    );
  }
}

/** Bits of the filter: entries times hashes times 7/5 for 1/ln 2, up to a power of two, 64 to 2^32. */
function bloomBits(maxEntries: number, hashes: number): number {
  const wanted = maxEntries * hashes;
  const bits = Math.floor(wanted / 5) * 7;
  if (wanted > 0xffff_ffff || bits > 2 ** 31) return 2 ** 32;
  return bits <= 64 ? 64 : 2 ** Math.ceil(Math.log2(bits));
}
