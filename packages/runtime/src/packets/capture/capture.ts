import { LinkTypeError } from '../errors.ts';
import { type PacketBatch, packetBatch } from '../packet-batch.ts';

/** LINKTYPE_ETHERNET, the one link type that a batch takes. */
export const LINKTYPE_ETHERNET = 1;

/** Packets of a pcap or pcapng file. `data` of each packet is a view of the file's bytes. */
export interface Capture {
  readonly format: 'pcap' | 'pcapng';
  /** Of all sections, in order. Classic pcap has exactly one. */
  readonly interfaces: readonly CaptureInterface[];
  readonly packets: readonly CapturedPacket[];
  /** The file ends inside a record (an interrupted capture); what came before is here. */
  readonly truncated: boolean;
}

export interface CaptureInterface {
  /** LINKTYPE_* number (https://www.tcpdump.org/linktypes.html). */
  readonly linkType: number;
  /** Bytes kept of each packet at most; 0 is no limit. */
  readonly snapLength: number;
}

export interface CapturedPacket {
  readonly data: Uint8Array;
  /** Bytes on the wire; more than `data.length` where the capture cut the packet. */
  readonly originalLength: number;
  /** null where the file has none (pcapng simple packet block). */
  readonly timestamp: Timestamp | null;
  /** Index in `Capture.interfaces`. */
  readonly interface: number;
  readonly linkType: number;
}

/** A point in time to the nanosecond; two fields because one double cannot hold it. */
export interface Timestamp {
  /** Whole seconds since 1970-01-01T00:00:00Z; negative before. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
}

/**
 * The packets of a capture as a batch, with arrival times where every packet has one.
 *
 * @throws LinkTypeError where a packet is no Ethernet frame
 * @throws PacketBatchSizeError for more than 2 GiB of packets
 */
export function captureToBatch(capture: Capture): PacketBatch {
  for (const [i, packet] of capture.packets.entries()) {
    if (packet.linkType !== LINKTYPE_ETHERNET) throw new LinkTypeError(packet.linkType, i);
  }
  return packetBatch(
    capture.packets.map((packet) => packet.data),
    relativeArrivals(capture.packets),
  );
}

/** Nanoseconds after the first packet: exact over 104 days, negative for packets out of order. */
function relativeArrivals(packets: readonly CapturedPacket[]): Float64Array | null {
  const start = packets[0]?.timestamp;
  if (!start) return null;
  const arrivals = new Float64Array(packets.length);
  for (const [i, { timestamp }] of packets.entries()) {
    if (timestamp === null) return null;
    arrivals[i] =
      (timestamp.seconds - start.seconds) * 1e9 + (timestamp.nanoseconds - start.nanoseconds);
  }
  return arrivals;
}
