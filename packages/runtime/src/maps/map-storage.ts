import { linux, type MapSpec } from '@anybpf/bytecode';
import type { Program } from '../backend.ts';

/**
 * A map as programs see it: kernel return codes, values in place. The interpreter's helpers and the
 * user-space handle (`BpfMap`) are both built on it, so semantics are written once.
 *
 * Keys and values are read from `bytes` at `at`, in host order (little-endian); nothing is copied or
 * allocated on a look-up. Results of operations are 0 or a negative errno of the kernel.
 * Map flags are the u64 of the helper as a number; all above 32 bits are refused alike, so a caller
 * may round what does not fit.
 */
export type MapStorage =
  | ValueStorage
  | ReferenceStorage
  | QueueStorage
  | RingBufferStorage
  | PerfEventStorage
  | RedirectStorage;

/** What every map type answers, if only with the error that the kernel gives for the type. */
export interface BaseStorage {
  readonly spec: MapSpec;
  /** Slots per key of per-CPU maps; 1 for the others. */
  readonly cpus: number;
  /** false under BPF_F_WRONLY_PROG. */
  readonly programsMayRead: boolean;
  /** false under BPF_F_RDONLY_PROG, for `.rodata` and for redirect tables. */
  readonly programsMayWrite: boolean;
  /** Keys are the indices below max_entries, present or not: iteration gives every one. */
  readonly enumeratesIndices: boolean;
  /** BPF_MAP_FREEZE was called: user space may no longer write. */
  readonly frozen: boolean;
  /** Values of the map, where it has any that programs may point into; else no bytes. */
  readonly values: ValueMemory;
  /** Offset in `values` of the value (this CPU's slot) for a key; -1 on a miss. Counts as a use for LRU. */
  lookup(key: Uint8Array, keyAt: number, cpu: number): number;
  /** From a program: per-CPU maps write this CPU's slot alone. */
  update(
    key: Uint8Array,
    keyAt: number,
    value: Uint8Array,
    valueAt: number,
    flags: number,
    cpu: number,
  ): number;
  delete(key: Uint8Array, keyAt: number): number;
  /**
   * The key after `key` (null: the first) into `next`; 0, or -ENOENT at the end. A key that is not
   * in the map starts over, as in the kernel.
   */
  nextKey(key: Uint8Array | null, next: Uint8Array): number;
  /** User-space look-up: the value into `out` (`userValueSize` bytes). Does not count as a use for LRU. */
  copyOut(key: Uint8Array, out: Uint8Array): number;
  /** User-space update: per-CPU maps take every slot. */
  copyIn(key: Uint8Array, value: Uint8Array, flags: number): number;
  /** BPF_MAP_FREEZE: 0, or -EPERM where user space may not write anyway. */
  freeze(): number;
}

/** hash, array, their per-CPU and LRU forms, LPM trie. */
export interface ValueStorage extends BaseStorage {
  readonly kind: 'value';
}

/** Program array, array of maps, hash of maps. */
export interface ReferenceStorage extends BaseStorage {
  readonly kind: 'reference';
  /** What a key holds; null for an empty slot, a missing key, an index out of range. */
  reference(key: Uint8Array, keyAt: number): Program | MapStorage | null;
  /** The same of an array by index (tail calls): a u32 as a number. */
  referenceAt(index: number): Program | MapStorage | null;
  setReference(key: Uint8Array, target: Program | MapStorage, flags: number): number;
}

/** queue, stack and bloom filter: maps without keys. */
export interface QueueStorage extends BaseStorage {
  readonly kind: 'queue';
  push(value: Uint8Array, valueAt: number, flags: number): number;
  /** The next value into `out`; zeroes and -ENOENT when empty. */
  pop(out: Uint8Array, outAt: number): number;
  /** Queue and stack: as `pop`, without removal. Bloom filter: reads the value; 0 maybe there, -ENOENT surely not. */
  peek(value: Uint8Array, valueAt: number): number;
}

/** Ring buffer. `values` holds record data; a record is contiguous even where the ring wraps. */
export interface RingBufferStorage extends BaseStorage {
  readonly kind: 'ring-buffer';
  /**
   * Offset in `values` of the data of a new record of `size` bytes, to be given to `submit` or
   * `discard`; -1 when it does not fit or `flags` is not 0. The bytes are what the ring last held there.
   */
  reserve(size: number, flags: number): number;
  submit(offset: number, flags: number): void;
  discard(offset: number, flags: number): void;
  /** bpf_ringbuf_output: 0, -EINVAL (flags), -EAGAIN (no room). */
  output(bytes: Uint8Array, at: number, size: number, flags: number): number;
  /** bpf_ringbuf_query: BPF_RB_AVAIL_DATA 0, RING_SIZE 1, CONS_POS 2, PROD_POS 3; 0 for others. */
  query(flag: number): number;
  /** How often the consumer was notified (BPF_RB_NO_WAKEUP 1, BPF_RB_FORCE_WAKEUP 2). */
  readonly wakeups: number;
  /** Consumes every record up to the first one still reserved; discarded ones are left out. Copies. */
  drain(): Uint8Array[];
}

/** perf_event_array as the output stream of bpf_perf_event_output; a buffer is open on every CPU. */
export interface PerfEventStorage extends BaseStorage {
  readonly kind: 'perf-events';
  /**
   * bpf_perf_event_output. Low 32 bits of `flags`: index, or BPF_F_CURRENT_CPU. `head` precedes the
   * payload (the packet's bytes that the helper may append are the caller's to join).
   */
  output(bytes: Uint8Array, at: number, size: number, flags: number, cpu: number): number;
  /** Records of all CPUs in order of output. Copies. */
  drain(): Uint8Array[];
  /** Records dropped because a CPU's buffer was full. */
  readonly lost: number;
}

/** devmap, devmap_hash, cpumap, xskmap: targets of bpf_redirect_map. */
export interface RedirectStorage extends BaseStorage {
  readonly kind: 'redirect';
  /**
   * The target of a key (a u32 as a number): ifindex, queue size of the CPU, or socket descriptor;
   * -1 when there is none, which makes bpf_redirect_map return the low bits of its flags.
   */
  target(key: number): number;
}

/**
 * Value bytes: value number i occupies [i * stride, i * stride + valueSize); the rest of each stride
 * is a guard that no program may touch. Growth swaps `bytes` and `view`; offsets never move and stay
 * below 2^31. Per-CPU maps keep the slots of a key side by side: value number entry * cpus + cpu.
 */
export interface ValueMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** 0 for ring buffers and maps without values. */
  readonly stride: number;
  readonly valueSize: number;
}

/** Bytes that user space exchanges per key: per-CPU slots are rounded up to 8 bytes. */
export function userValueSize(storage: BaseStorage): number {
  const size = storage.spec.valueSize;
  return isPerCpu(storage.spec) ? Math.ceil(size / 8) * 8 * storage.cpus : size;
}

export function isPerCpu(spec: MapSpec): boolean {
  return linux.mapTypeByName(spec.type)?.perCpu === true;
}
