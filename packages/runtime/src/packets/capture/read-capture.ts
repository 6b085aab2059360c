import { CaptureFormatError } from '../errors.ts';
import type { Capture } from './capture.ts';
import { isPcap, readPcap } from './read-pcap.ts';
import { isPcapng, readPcapng } from './read-pcapng.ts';

/**
 * Reads a capture file, classic pcap or pcapng, whichever its first bytes say.
 *
 * @throws CaptureFormatError for anything else, and for records that contradict their format
 */
export function readCapture(bytes: Uint8Array): Capture {
  if (isPcapng(bytes)) return readPcapng(bytes);
  if (isPcap(bytes)) return readPcap(bytes);
  const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  throw new CaptureFormatError(
    bytes.length < 4
      ? `${bytes.length} bytes are too few for a capture file`
      : `the file begins with ${magic.join(' ')}, which is neither pcap nor pcapng`,
    0,
  );
}
