import { CaptureFormatError } from '../errors.ts';
import type { Capture, CapturedPacket } from './capture.ts';

/**
 * Classic pcap (draft-ietf-opsawg-pcap). Byte order and time unit follow from the magic number:
 *
 *     file header (24 bytes)                      record header (16 bytes)
 *     +0  magic        a1b2c3d4 us, a1b23c4d ns   +0  seconds
 *     +4  version      2.4                        +4  microseconds or nanoseconds
 *     +8  reserved     (8 bytes)                  +8  captured length
 *     +16 snap length                             +12 original length
 *     +20 link type    low 26 bits                +16 packet bytes, no padding
 */
const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;

const MICROSECOND_MAGIC = 0xa1b2c3d4;
const NANOSECOND_MAGIC = 0xa1b23c4d;

/** libpcap's MAXIMUM_SNAPLEN: a longer record means a damaged file, whatever the header says. */
export const MAX_CAPTURED_LENGTH = 262144;

export function isPcap(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && magicOf(bytes) !== null;
}

/** @throws CaptureFormatError for a damaged header or an impossible record */
export function readPcap(bytes: Uint8Array): Capture {
  const magic = bytes.length >= 4 ? magicOf(bytes) : null;
  if (magic === null) throw new CaptureFormatError('no pcap magic number', 0);
  if (bytes.length < FILE_HEADER_SIZE) {
    throw new CaptureFormatError(
      `the file header takes ${FILE_HEADER_SIZE} bytes, the file has ${bytes.length}`,
      0,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { littleEndian, nanosecondsPerUnit } = magic;
  const major = view.getUint16(4, littleEndian);
  if (major !== 2) {
    throw new CaptureFormatError(`version ${major} is unknown, the reader takes version 2`, 4);
  }
  const snapLength = view.getUint32(16, littleEndian);
  const linkType = view.getUint32(20, littleEndian) & 0x03ff_ffff;

  const packets: CapturedPacket[] = [];
  let at = FILE_HEADER_SIZE;
  while (at + RECORD_HEADER_SIZE <= bytes.length) {
    const fraction = view.getUint32(at + 4, littleEndian);
    const length = view.getUint32(at + 8, littleEndian);
    if (length > MAX_CAPTURED_LENGTH) {
      throw new CaptureFormatError(
        `a record claims ${length} captured bytes, more than ${MAX_CAPTURED_LENGTH}`,
        at + 8,
      );
    }
    const start = at + RECORD_HEADER_SIZE;
    if (start + length > bytes.length) break;
    const nanoseconds = fraction * nanosecondsPerUnit;
    packets.push({
      data: bytes.subarray(start, start + length),
      originalLength: Math.max(length, view.getUint32(at + 12, littleEndian)),
      // Some writers let the fraction run over a second; the carry keeps Timestamp's promise.
      timestamp: {
        seconds: view.getUint32(at, littleEndian) + Math.floor(nanoseconds / 1e9),
        nanoseconds: nanoseconds % 1e9,
      },
      interface: 0,
      linkType,
    });
    at = start + length;
  }
  return {
    format: 'pcap',
    interfaces: [{ linkType, snapLength }],
    packets,
    truncated: at < bytes.length,
  };
}

function magicOf(bytes: Uint8Array): { littleEndian: boolean; nanosecondsPerUnit: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian);
    if (magic === MICROSECOND_MAGIC) return { littleEndian, nanosecondsPerUnit: 1000 };
    if (magic === NANOSECOND_MAGIC) return { littleEndian, nanosecondsPerUnit: 1 };
  }
  return null;
}
