import type { PacketBatch } from './packet-batch.ts';

/**
 * The distinct packets of a batch, in order of first appearance. A backend that can only repeat one
 * packet per call measures each distinct packet once and weights it by its count.
 */
export interface PacketGroups {
  /** Index in the batch of the first packet of each group. */
  readonly first: Uint32Array;
  /** Packets in each group. */
  readonly count: Uint32Array;
  /** Group of each packet of the batch. */
  readonly group: Uint32Array;
}

/** Groups packets with equal bytes. */
export function groupPackets(batch: PacketBatch): PacketGroups {
  // Open addressing over group numbers; at most half full, so a probe always ends.
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(2, batch.count * 2)));
  const table = new Int32Array(capacity).fill(-1);
  const first = new Uint32Array(batch.count);
  const count = new Uint32Array(batch.count);
  const group = new Uint32Array(batch.count);
  let groups = 0;

  for (let i = 0; i < batch.count; i++) {
    let slot = hashPacket(batch, i) & (capacity - 1);
    let found = table[slot] as number;
    while (found >= 0 && !equalPackets(batch, first[found] as number, i)) {
      slot = (slot + 1) & (capacity - 1);
      found = table[slot] as number;
    }
    if (found < 0) {
      found = groups++;
      table[slot] = found;
      first[found] = i;
    }
    count[found] = (count[found] as number) + 1;
    group[i] = found;
  }
  return { first: first.slice(0, groups), count: count.slice(0, groups), group };
}

/** FNV-1a with a final avalanche, so that the low bits of the hash depend on every byte. */
function hashPacket(batch: PacketBatch, index: number): number {
  const { data } = batch;
  const start = batch.offsets[index] as number;
  const end = start + (batch.lengths[index] as number);
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) {
    hash = Math.imul(hash ^ (data[at] as number), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function equalPackets(batch: PacketBatch, a: number, b: number): boolean {
  const { data, offsets, lengths } = batch;
  const length = lengths[a] as number;
  if (length !== lengths[b]) return false;
  const startA = offsets[a] as number;
  const startB = offsets[b] as number;
  for (let i = 0; i < length; i++) {
    if (data[startA + i] !== data[startB + i]) return false;
  }
  return true;
}
