import { requireBytes } from '../require-bytes.ts';
import type { PacketBatch } from './packet-batch.ts';

/**
 * Guards a backend's memory against batches that were not made by `packetBatch`.
 *
 * @throws TypeError for columns of other types
 * @throws RangeError for a count beyond the columns, and for packets beyond the data
 */
export function checkBatch({ count, data, offsets, lengths }: PacketBatch): void {
  requireBytes(data, 'data of the packet batch');
  requireColumn(offsets, 'offsets');
  requireColumn(lengths, 'lengths');
  const most = Math.min(offsets.length, lengths.length);
  if (!Number.isInteger(count) || count < 0 || count > most) {
    throw new RangeError(`the packet batch counts ${count} packets and describes ${most}`);
  }
  const size = data.byteLength;
  for (let i = 0; i < count; i++) {
    if ((offsets[i] as number) + (lengths[i] as number) > size) {
      throw new RangeError(`packet ${i} lies outside the ${size} bytes of its batch`);
    }
  }
}

function requireColumn(column: unknown, name: string): void {
  if (Object.prototype.toString.call(column) === '[object Uint32Array]') return;
  throw new TypeError(`the ${name} of the packet batch are no Uint32Array`);
}
