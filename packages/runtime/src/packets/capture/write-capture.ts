import { CaptureFormatError } from '../errors.ts';
import { LINKTYPE_ETHERNET, type Timestamp } from './capture.ts';
import { BLOCK, BYTE_ORDER_MAGIC, OPTION } from './pcapng-format.ts';
import { MAX_CAPTURED_LENGTH } from './read-pcap.ts';

/** A packet to write; each `CapturedPacket` is one. */
export interface PacketRecord {
  readonly data: Uint8Array;
  /** Bytes on the wire. Default: `data.length`. */
  readonly originalLength?: number;
  /** Default: the epoch. */
  readonly timestamp?: Timestamp | null;
}

export interface WriteOptions {
  /** LINKTYPE_* of every packet. Default Ethernet. */
  readonly linkType?: number;
}

/**
 * Writes classic pcap, little-endian, nanosecond timestamps.
 *
 * @throws CaptureFormatError for a packet over 262,144 bytes or a time that 32-bit seconds cannot hold
 */
export function writePcap(
  packets: readonly PacketRecord[],
  options: WriteOptions = {},
): Uint8Array {
  checkRecords(packets, 0xffff_ffff);
  const writer = new LittleEndianWriter(packets.reduce((sum, p) => sum + 16 + p.data.length, 24));
  writer.uint32(0xa1b23c4d);
  writer.uint16(2);
  writer.uint16(4);
  writer.uint32(0);
  writer.uint32(0);
  writer.uint32(MAX_CAPTURED_LENGTH);
  writer.uint32(options.linkType ?? LINKTYPE_ETHERNET);
  for (const { data, originalLength, timestamp } of packets) {
    writer.uint32(timestamp?.seconds ?? 0);
    writer.uint32(timestamp?.nanoseconds ?? 0);
    writer.uint32(data.length);
    writer.uint32(Math.max(data.length, originalLength ?? 0));
    writer.bytes(data);
  }
  return writer.finish();
}

const NANOSECOND_RESOLUTION = 9;
const SECTION_HEADER_LENGTH = 28;
const INTERFACE_LENGTH = 32;
const ENHANCED_PACKET_OVERHEAD = 32;
/** Last whole second whose nanoseconds fit 64 bits. */
const MAX_PCAPNG_SECONDS = 18_446_744_072;

/**
 * Writes pcapng: one little-endian section, one interface with a nanosecond clock, enhanced packet
 * blocks.
 *
 * @throws CaptureFormatError for a packet over 262,144 bytes or a time before 1970 or after 2554
 */
export function writePcapng(
  packets: readonly PacketRecord[],
  options: WriteOptions = {},
): Uint8Array {
  checkRecords(packets, MAX_PCAPNG_SECONDS);
  const writer = new LittleEndianWriter(
    packets.reduce(
      (sum, { data }) => sum + ENHANCED_PACKET_OVERHEAD + padded(data.length),
      SECTION_HEADER_LENGTH + INTERFACE_LENGTH,
    ),
  );
  writer.uint32(BLOCK.sectionHeader);
  writer.uint32(SECTION_HEADER_LENGTH);
  writer.uint32(BYTE_ORDER_MAGIC);
  writer.uint16(1);
  writer.uint16(0);
  // Section length -1: not stated.
  writer.uint32(0xffff_ffff);
  writer.uint32(0xffff_ffff);
  writer.uint32(SECTION_HEADER_LENGTH);

  writer.uint32(BLOCK.interfaceDescription);
  writer.uint32(INTERFACE_LENGTH);
  writer.uint16(options.linkType ?? LINKTYPE_ETHERNET);
  writer.uint16(0);
  writer.uint32(MAX_CAPTURED_LENGTH);
  writer.uint16(OPTION.timestampResolution);
  writer.uint16(1);
  writer.uint32(NANOSECOND_RESOLUTION);
  writer.uint16(OPTION.endOfOptions);
  writer.uint16(0);
  writer.uint32(INTERFACE_LENGTH);

  for (const { data, originalLength, timestamp } of packets) {
    const length = ENHANCED_PACKET_OVERHEAD + padded(data.length);
    const ticks =
      BigInt(timestamp?.seconds ?? 0) * 1_000_000_000n + BigInt(timestamp?.nanoseconds ?? 0);
    writer.uint32(BLOCK.enhancedPacket);
    writer.uint32(length);
    writer.uint32(0);
    writer.uint32(Number(ticks >> 32n));
    writer.uint32(Number(ticks & 0xffff_ffffn));
    writer.uint32(data.length);
    writer.uint32(Math.max(data.length, originalLength ?? 0));
    writer.bytes(data);
    writer.skip(padded(data.length) - data.length);
    writer.uint32(length);
  }
  return writer.finish();
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function checkRecords(packets: readonly PacketRecord[], maxSeconds: number): void {
  for (const [i, { data, timestamp }] of packets.entries()) {
    if (data.length > MAX_CAPTURED_LENGTH) {
      throw new CaptureFormatError(
        `packet ${i} has ${data.length} bytes, a record takes ${MAX_CAPTURED_LENGTH}`,
      );
    }
    if (!timestamp) continue;
    const { seconds, nanoseconds } = timestamp;
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > maxSeconds) {
      throw new CaptureFormatError(`packet ${i}: the format cannot hold second ${seconds}`);
    }
    if (!Number.isInteger(nanoseconds) || nanoseconds < 0 || nanoseconds > 999_999_999) {
      throw new CaptureFormatError(`packet ${i}: ${nanoseconds} are no nanoseconds of a second`);
    }
  }
}

class LittleEndianWriter {
  private readonly out: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(size: number) {
    this.out = new Uint8Array(size);
    this.view = new DataView(this.out.buffer);
  }

  uint16(value: number): void {
    this.view.setUint16(this.at, value, true);
    this.at += 2;
  }

  uint32(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  bytes(value: Uint8Array): void {
    this.out.set(value, this.at);
    this.at += value.length;
  }

  skip(length: number): void {
    this.at += length;
  }

  finish(): Uint8Array {
    return this.out;
  }
}
