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
