import { errno } from '@anybpf/bytecode';
import { XDP_FRAME } from '../interpreter/contexts/xdp.ts';
import type { Machine } from '../interpreter/machine.ts';
import type { HelperFunction } from './bound-helper.ts';
import { unsigned32 } from './words.ts';

/** Shortest packet that may be left: an Ethernet header. */
const ETHERNET = 14;

/** Longest metadata (xdp_metalen_invalid), and what its length is a multiple of. */
const MAX_METADATA = 255;
const METADATA_UNIT = 4;

/** bpf_xdp_adjust_head: metadata move along with the start of the packet. */
const adjustHead: HelperFunction = ({ packet, arena, lo }) => {
  const delta = lo[2];
  const metadata = packet.data - packet.meta;
  const data = packet.data + delta;
  if (data < packet.hardStart + XDP_FRAME + metadata || data > packet.end - ETHERNET) {
    return -errno.EINVAL;
  }
  if (metadata > 0) arena.bytes.copyWithin(packet.meta + delta, packet.meta, packet.data);
  packet.meta += delta;
  packet.data = data;
  return 0;
};

/** bpf_xdp_adjust_tail: bytes that are gained are 0. */
const adjustTail: HelperFunction = ({ packet, arena, lo }) => {
  const end = packet.end + lo[2];
  if (end > packet.hardEnd || end < packet.data + ETHERNET) return -errno.EINVAL;
  if (end > packet.end) arena.bytes.fill(0, packet.end, end);
  packet.end = end;
  return 0;
};

const adjustMeta: HelperFunction = ({ packet, lo }) => {
  const meta = packet.meta + lo[2];
  if (meta < packet.hardStart + XDP_FRAME || meta > packet.data) return -errno.EINVAL;
  const length = packet.data - meta;
  if (length > MAX_METADATA || length % METADATA_UNIT !== 0) return -errno.EACCES;
  packet.meta = meta;
  return 0;
};

/** Arena offset of [offset, offset + size) of the packet, or a negative errno. */
function range(machine: Machine): number {
  const { packet, args } = machine;
  const offset = unsigned32(machine, 2);
  const size = args.sizes[3] as number;
  if (offset > 0xffff || size > 0xffff) return -errno.EFAULT;
  return offset + size > packet.length ? -errno.EINVAL : packet.data + offset;
}

const loadBytes: HelperFunction = (machine) => {
  const from = range(machine);
  if (from < 0) return from;
  const { args, arena } = machine;
  const to = args.at[3] as number;
  const size = args.sizes[3] as number;
  const bytes = args.bytes[3] as Uint8Array;
  for (let i = 0; i < size; i++) bytes[to + i] = arena.bytes[from + i] as number;
  return 0;
};

const storeBytes: HelperFunction = (machine) => {
  const to = range(machine);
  if (to < 0) return to;
  const { args, arena } = machine;
  const from = args.at[3] as number;
  const size = args.sizes[3] as number;
  const bytes = args.bytes[3] as Uint8Array;
  for (let i = 0; i < size; i++) arena.bytes[to + i] = bytes[from + i] as number;
  return 0;
};

/** Helpers of XDP programs (net/core/filter.c). */
export const xdpHelpers: Readonly<Record<string, HelperFunction>> = {
  xdp_adjust_head: adjustHead,
  xdp_adjust_tail: adjustTail,
  xdp_adjust_meta: adjustMeta,
  xdp_get_buff_len: ({ packet }) => packet.length,
  xdp_load_bytes: loadBytes,
  xdp_store_bytes: storeBytes,
};
