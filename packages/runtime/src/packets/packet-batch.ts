import { PacketBatchSizeError } from './errors.ts';

/**
 * Packets in one contiguous buffer with offset and length columns. Built once (from a pcap or a
 * generator) and shared by every backend, so that all of them measure the same bytes.
 */
export interface PacketBatch {
  readonly count: number;
  /** All packet bytes. */
  readonly data: Uint8Array;
  /** Byte offset of each packet in `data`. */
  readonly offsets: Uint32Array;
  /** Bytes of each packet. */
  readonly lengths: Uint32Array;
  /** Arrival of each packet in nanoseconds after the first; null where unknown. */
  readonly arrivals: Float64Array | null;
}

/** Offsets are 32 bits wide, and one buffer of this size is as much as any engine allocates. */
const MAX_BATCH_BYTES = 0x7fff_ffff;

/**
 * Copies packets, one after another, into a batch.
 *
 * @param arrivals nanoseconds after the first packet, one per packet
 * @throws PacketBatchSizeError for more than 2 GiB, or an arrival column of another length
 */
export function packetBatch(
  packets: readonly Uint8Array[],
  arrivals?: ArrayLike<number> | null,
): PacketBatch {
  let total = 0;
  for (const packet of packets) total += packet.length;
  if (total > MAX_BATCH_BYTES) {
    throw new PacketBatchSizeError('bytes', total, MAX_BATCH_BYTES);
  }
  if (arrivals && arrivals.length !== packets.length) {
    throw new PacketBatchSizeError('arrivals', arrivals.length, packets.length);
  }

  const data = new Uint8Array(total);
  const offsets = new Uint32Array(packets.length);
  const lengths = new Uint32Array(packets.length);
  let offset = 0;
  for (const [i, packet] of packets.entries()) {
    data.set(packet, offset);
    offsets[i] = offset;
    lengths[i] = packet.length;
    offset += packet.length;
  }
  return {
    count: packets.length,
    data,
    offsets,
    lengths,
    arrivals: arrivals ? Float64Array.from(arrivals) : null,
  };
}

/**
 * Packet `index` of a batch as a view of its buffer: writing to it changes the batch.
 *
 * @throws RangeError for an index outside the batch
 */
export function packetAt(batch: PacketBatch, index: number): Uint8Array {
  const offset = batch.offsets[index];
  const length = batch.lengths[index];
  if (offset === undefined || length === undefined) {
    throw new RangeError(`packet ${index} of a batch of ${batch.count}`);
  }
  return batch.data.subarray(offset, offset + length);
}
