import { errno, type MapSpec } from '@anybpf/bytecode';
import { copyBytes, readU32, writeU32 } from './bytes.ts';
import {
  BPF_RB_FORCE_WAKEUP,
  BPF_RB_NO_WAKEUP,
  BPF_RINGBUF_BUSY_BIT,
  BPF_RINGBUF_DISCARD_BIT,
} from './map-flags.ts';
import type { RingBufferStorage, ValueMemory } from './map-storage.ts';
import { StorageBase } from './storage-base.ts';
import { allocate } from './value-area.ts';

/** Bytes of struct bpf_ringbuf_hdr: u32 length with busy and discard bits, u32 page offset (left 0). */
const HEADER = 8;

/** RINGBUF_MAX_RECORD_SZ. */
const MAX_RECORD = Math.floor(0xffff_ffff / 4);

const MIN_BYTES = 4096;

/**
 * Ring buffer (kernel/bpf/ringbuf.c). Each record is an 8-byte header and its data, rounded up to 8:
 *
 *     position p (mod ring size)         p + 8                    p + roundUp(8 + size, 8)
 *     +------------------------------+-------------------------+
 *     | size | BUSY 31 | DISCARD 30  | data ...        padding | next header ...
 *     +------------------------------+-------------------------+
 *
 * The kernel maps the ring's pages twice so that a record that wraps is contiguous. Here the memory
 * simply runs on behind the ring's end: the bytes at the start that such a record stands for belong
 * to no other record at that time.
 */
export class BpfRingBuffer extends StorageBase implements RingBufferStorage {
  readonly kind = 'ring-buffer';
  wakeups = 0;
  readonly #size: number;
  readonly #memory: RingMemory;
  /** Positions only grow; they are below 2^53 for any number of records that can be written. */
  #producer = 0;
  #consumer = 0;

  constructor(spec: MapSpec, cpus: number) {
    super(spec, cpus);
    this.#size = spec.maxEntries;
    this.#memory = new RingMemory(2 * spec.maxEntries);
  }

  override get values(): ValueMemory {
    return this.#memory;
  }

  reserve(size: number, flags: number): number {
    if (flags !== 0 || size > MAX_RECORD) return -1;
    const length = recordLength(size);
    if (length > this.#size) return -1;
    // The producer may be at most one byte short of a full ring ahead of the consumer.
    if (this.#producer + length - this.#consumer > this.#size - 1) return -1;
    const at = this.#producer % this.#size;
    if (!this.#memory.ensure(at + length)) return -1;
    writeU32(this.#memory.bytes, at, (size | BPF_RINGBUF_BUSY_BIT) >>> 0);
    this.#producer += length;
    return at + HEADER;
  }

  submit(offset: number, flags: number): void {
    this.#commit(offset, flags, 0);
  }

  discard(offset: number, flags: number): void {
    this.#commit(offset, flags, BPF_RINGBUF_DISCARD_BIT);
  }

  output(bytes: Uint8Array, at: number, size: number, flags: number): number {
    if (flags > (BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP)) return -errno.EINVAL;
    const offset = this.reserve(size, 0);
    if (offset < 0) return -errno.EAGAIN;
    copyBytes(bytes, at, this.#memory.bytes, offset, size);
    this.#commit(offset, flags, 0);
    return 0;
  }

  query(flag: number): number {
    switch (flag) {
      case 0:
        return this.#producer - this.#consumer;
      case 1:
        return this.#size;
      case 2:
        return this.#consumer;
      case 3:
        return this.#producer;
      default:
        return 0;
    }
  }

  drain(): Uint8Array[] {
    const records: Uint8Array[] = [];
    while (this.#consumer < this.#producer) {
      const at = this.#consumer % this.#size;
      const header = readU32(this.#memory.bytes, at);
      if ((header & BPF_RINGBUF_BUSY_BIT) !== 0) break;
      const size = header & ~BPF_RINGBUF_DISCARD_BIT;
      if ((header & BPF_RINGBUF_DISCARD_BIT) === 0) {
        records.push(this.#memory.bytes.slice(at + HEADER, at + HEADER + size));
      }
      this.#consumer += recordLength(size);
    }
    return records;
  }

  #commit(offset: number, flags: number, discard: number): void {
    const at = offset - HEADER;
    const size = readU32(this.#memory.bytes, at) & ~BPF_RINGBUF_BUSY_BIT;
    writeU32(this.#memory.bytes, at, size | discard);
    const consumerWaits = this.#consumer % this.#size === at;
    if ((flags & BPF_RB_FORCE_WAKEUP) !== 0) this.wakeups++;
    else if (consumerWaits && (flags & BPF_RB_NO_WAKEUP) === 0) this.wakeups++;
  }
}

function recordLength(size: number): number {
  return Math.ceil((size + HEADER) / 8) * 8;
}

/** Bytes of the ring, grown as positions are first reached. */
class RingMemory implements ValueMemory {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  readonly stride = 0;
  readonly valueSize = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  ensure(length: number): boolean {
    if (length <= this.bytes.length) return true;
    const capacity = Math.min(this.#limit, Math.max(length, 2 * this.bytes.length, MIN_BYTES));
    const bytes = allocate(capacity);
    if (bytes === null) return false;
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    return true;
  }
}
