import type { Mapping } from '../libbpf-functions.ts';
import { type MapAccess, mapError } from './map-access.ts';

/** Record header: length and flags, then the distance to the ring's start; 8 bytes, then the data. */
const HEADER_SIZE = 8;
const BUSY_BIT = 0x8000_0000;
const DISCARD_BIT = 0x4000_0000;
const LENGTH_MASK = 0x3fff_ffff;

/**
 * The consumer's side of a BPF ring buffer (kernel/bpf/ringbuf.c), read through the pages that the
 * kernel shares, without a call per record:
 *
 *     offset 0      one page    consumer position, ours to write
 *     offset page   one page    producer position
 *                   2 x size    the data, mapped twice so that no record wraps
 *
 * Positions are 64-bit byte counts since creation.
 */
export class RingBufferReader {
  readonly #size: number;
  readonly #consumer: Mapping;
  readonly #producer: Mapping;
  readonly #consumerPosition: BigUint64Array;
  readonly #producerPosition: BigUint64Array;
  readonly #headers: Int32Array;
  readonly #data: Uint8Array;

  constructor(access: MapAccess) {
    const { libbpf, descriptor, maxEntries: size } = access;
    const pageSize = libbpf.pageSize();
    const consumer = libbpf.map(descriptor.fd, pageSize, 0, true);
    if (typeof consumer === 'number') throw mapError(access, 'mmap', consumer);
    const producer = libbpf.map(descriptor.fd, pageSize + 2 * size, pageSize, false);
    if (typeof producer === 'number') {
      consumer.unmap();
      throw mapError(access, 'mmap', producer);
    }
    this.#size = size;
    this.#consumer = consumer;
    this.#producer = producer;
    this.#consumerPosition = new BigUint64Array(consumer.bytes, 0, 1);
    this.#producerPosition = new BigUint64Array(producer.bytes, 0, 1);
    this.#headers = new Int32Array(producer.bytes, pageSize);
    this.#data = new Uint8Array(producer.bytes, pageSize);
  }

  /** Copies of the records submitted up to now; stops at one that a program still writes. */
  drain(): Uint8Array[] {
    const records: Uint8Array[] = [];
    const start = Atomics.load(this.#consumerPosition, 0);
    const available = Number(Atomics.load(this.#producerPosition, 0) - start);
    const first = Number(start % BigInt(this.#size));
    let read = 0;
    while (read < available) {
      const at = (first + read) % this.#size;
      const header = Atomics.load(this.#headers, at >> 2);
      if ((header & BUSY_BIT) !== 0) break;
      const length = header & LENGTH_MASK;
      if ((header & DISCARD_BIT) === 0) {
        records.push(this.#data.slice(at + HEADER_SIZE, at + HEADER_SIZE + length));
      }
      read += (HEADER_SIZE + length + 7) & ~7;
    }
    Atomics.store(this.#consumerPosition, 0, start + BigInt(read));
    return records;
  }

  close(): void {
    this.#consumer.unmap();
    this.#producer.unmap();
  }
}
