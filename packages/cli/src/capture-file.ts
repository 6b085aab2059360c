import { captureToBatch, type PacketBatch, readCapture } from '@anybpf/runtime';
import { inFile, readBytes } from './files.ts';
import type { Terminal } from './terminal.ts';

/**
 * Packets of the capture that `--pcap` names; a warning where the file ends inside a packet.
 *
 * @throws FileError, CaptureFormatError, LinkTypeError, PacketBatchSizeError
 */
export async function readCaptureFile(path: string, terminal: Terminal): Promise<PacketBatch> {
  const bytes = await readBytes(path);
  const capture = inFile(path, () => readCapture(bytes));
  if (capture.truncated) {
    terminal.err(
      `warning: ${path} ends inside a packet; the ${capture.packets.length} before it are taken`,
    );
  }
  return inFile(path, () => captureToBatch(capture));
}
