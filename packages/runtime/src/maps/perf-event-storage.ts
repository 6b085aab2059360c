import { errno, type MapSpec } from '@anybpf/bytecode';
import { nextIndex } from './array-storage.ts';
import { readU32 } from './bytes.ts';
import type { PerfEventStorage } from './map-storage.ts';
import { StorageBase } from './storage-base.ts';

/** BPF_F_INDEX_MASK, and BPF_F_CURRENT_CPU which is all of its bits. */
const INDEX_MASK = 0xffff_ffff;

/** Bytes of records that a CPU's buffer takes until it is drained: 64 pages, libbpf's usual choice. */
const BUFFER_BYTES = 64 * 4096;

/** Bytes of a sample record besides its data (perf_event_header and the raw size). */
const RECORD_OVERHEAD = 12;

/** The largest record: its size is a u16 and a multiple of 8. */
const MAX_RECORD = 0xfff8;

/**
 * perf_event_array as the output stream of bpf_perf_event_output (kernel/trace/bpf_trace.c), with a
 * buffer open on every CPU that has a slot, as libbpf's perf_buffer opens them.
 */
export class PerfEventArray extends StorageBase implements PerfEventStorage {
  readonly kind = 'perf-events';
  override readonly enumeratesIndices = true;
  lost = 0;
  readonly #openCpus: number;
  readonly #used: Float64Array;
  #records: Uint8Array[] = [];

  constructor(spec: MapSpec, cpus: number) {
    super(spec, cpus);
    this.#openCpus = Math.min(cpus, spec.maxEntries);
    this.#used = new Float64Array(this.#openCpus);
  }

  output(bytes: Uint8Array, at: number, size: number, flags: number, cpu: number): number {
    if (flags > INDEX_MASK) return -errno.EINVAL;
    const index = flags === INDEX_MASK ? cpu : flags;
    if (index >= this.spec.maxEntries) return -errno.E2BIG;
    if (index >= this.#openCpus) return -errno.ENOENT;
    if (index !== cpu) return -errno.EOPNOTSUPP;
    const length = Math.ceil((size + RECORD_OVERHEAD) / 8) * 8;
    const used = this.#used[index] as number;
    if (length > MAX_RECORD) return -errno.E2BIG;
    if (used + length > BUFFER_BYTES) {
      this.lost++;
      return -errno.ENOSPC;
    }
    this.#used[index] = used + length;
    this.#records.push(bytes.slice(at, at + size));
    return 0;
  }

  drain(): Uint8Array[] {
    const records = this.#records;
    this.#records = [];
    this.#used.fill(0);
    return records;
  }

  override update(): number {
    return -errno.EINVAL;
  }

  /** The buffers that are open stay so. */
  override delete(key: Uint8Array, keyAt: number): number {
    const index = readU32(key, keyAt);
    if (index >= this.spec.maxEntries) return -errno.E2BIG;
    return index < this.#openCpus ? -errno.EBADF : -errno.ENOENT;
  }

  override nextKey(key: Uint8Array | null, next: Uint8Array): number {
    return nextIndex(key, next, this.spec.maxEntries);
  }

  /** There are no event descriptors to put into it. */
  override copyIn(key: Uint8Array, _value: Uint8Array, flags: number): number {
    if (flags !== 0) return -errno.EINVAL;
    return readU32(key, 0) >= this.spec.maxEntries ? -errno.E2BIG : -errno.EBADF;
  }
}
