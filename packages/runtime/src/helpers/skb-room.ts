import { errno } from '@anybpf/bytecode';
import type { SkbContext } from '../interpreter/contexts/skb.ts';
import type { Machine } from '../interpreter/machine.ts';

/**
 * Inserts `size` zero bytes `offset` bytes into the packet: what is before them moves to the front
 * (bpf_skb_generic_push).
 *
 * @returns 0, or -ENOMEM when the packet is shorter than `offset` or there is no room
 */
export function insertAt(machine: Machine, skb: SkbContext, offset: number, size: number): number {
  const { packet, arena } = machine;
  const data = packet.data - size;
  if (offset < 0 || offset > packet.length || data < packet.hardStart) return -errno.ENOMEM;
  arena.bytes.copyWithin(data, packet.data, packet.data + offset);
  arena.bytes.fill(0, data + offset, packet.data + offset);
  moveHeaders(machine, skb, data, -size);
  return 0;
}

/** Removes `size` bytes `offset` bytes into the packet (bpf_skb_generic_pop). */
export function removeAt(machine: Machine, skb: SkbContext, offset: number, size: number): number {
  const { packet, arena } = machine;
  if (offset < 0 || offset + size > packet.length) return -errno.ENOMEM;
  const data = packet.data + size;
  arena.bytes.copyWithin(data, packet.data, packet.data + offset);
  moveHeaders(machine, skb, data, size);
  return 0;
}

function moveHeaders(machine: Machine, skb: SkbContext, data: number, by: number): void {
  machine.packet.data = data;
  skb.mac += by;
  skb.network += by;
  skb.resized(machine);
}
