import { errno } from '@anybpf/bytecode';
import type { Machine } from '../interpreter/machine.ts';
import type { HelperFunction } from './bound-helper.ts';
import { skbOf } from './skb-argument.ts';
import { unsigned32, unsigned64 } from './words.ts';

const MAX_INT = 0x7fff_ffff;

const BPF_F_RECOMPUTE_CSUM = 1;
const BPF_F_INVALIDATE_HASH = 2;

const HEADER_START_MAC = 0;
const HEADER_START_NET = 1;

/** Copies packet bytes at arena offset `from` to r3; zeroes and EFAULT for -1. */
function copyOut(machine: Machine, from: number): number {
  const { args, arena } = machine;
  const to = args.at[3] as number;
  const size = args.sizes[3] as number;
  const bytes = args.bytes[3] as Uint8Array;
  if (from < 0) {
    bytes.fill(0, to, to + size);
    return -errno.EFAULT;
  }
  for (let i = 0; i < size; i++) bytes[to + i] = arena.bytes[from + i] as number;
  return 0;
}

const loadBytes: HelperFunction = (machine) => {
  const offset = unsigned32(machine, 2);
  const { packet, args } = machine;
  const inside = offset <= MAX_INT && offset + (args.sizes[3] as number) <= packet.length;
  return copyOut(machine, inside ? packet.data + offset : -1);
};

const loadBytesRelative: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  const offset = unsigned32(machine, 2);
  const start = unsigned32(machine, 5);
  const { packet, args } = machine;
  if (offset > 0xffff || start > HEADER_START_NET) return copyOut(machine, -1);
  const header = start === HEADER_START_MAC ? skb.mac : skb.network;
  const inside = header + offset + (args.sizes[3] as number) <= packet.end;
  return copyOut(machine, inside ? header + offset : -1);
};

const storeBytes: HelperFunction = (machine) => {
  const { packet, args, arena } = machine;
  const flags = unsigned64(machine, 5);
  if (flags > (BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH)) return -errno.EINVAL;
  const offset = unsigned32(machine, 2);
  const size = args.sizes[3] as number;
  if (offset > MAX_INT || offset + size > packet.length) return -errno.EFAULT;
  const bytes = args.bytes[3] as Uint8Array;
  const from = args.at[3] as number;
  const to = packet.data + offset;
  for (let i = 0; i < size; i++) arena.bytes[to + i] = bytes[from + i] as number;
  if ((flags & BPF_F_INVALIDATE_HASH) !== 0) skbOf(machine).set(machine, 'hash', 0);
  return 0;
};

/** Every packet is linear, so only the length can be refused. */
const pullData: HelperFunction = (machine) =>
  unsigned32(machine, 2) > machine.packet.length ? -errno.ENOMEM : 0;

/** Access to the packet of socket-buffer programs (net/core/filter.c). */
export const skbDataHelpers: Readonly<Record<string, HelperFunction>> = {
  skb_load_bytes: loadBytes,
  skb_load_bytes_relative: loadBytesRelative,
  skb_store_bytes: storeBytes,
  skb_pull_data: pullData,
};
