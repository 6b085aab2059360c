import { errno } from '@anybpf/bytecode';
import type { Machine } from '../interpreter/machine.ts';
import type { HelperFunction } from './bound-helper.ts';
import { skbOf } from './skb-argument.ts';
import { insertAt, removeAt } from './skb-room.ts';
import { MAX_LENGTH } from './skb-shape-helpers.ts';
import { unsigned32 } from './words.ts';

// enum bpf_adj_room_mode.
const AFTER_NETWORK_HEADER = 0;
const AFTER_LINK_HEADER = 1;

// Flags (BPF_F_ADJ_ROOM_*).
const FIXED_GSO = 0x01;
const ENCAP_L3_IPV4 = 0x02;
const ENCAP_L3_IPV6 = 0x04;
const ENCAP_L4_GRE = 0x08;
const ENCAP_L4_UDP = 0x10;
const NO_CSUM_RESET = 0x20;
const ENCAP_L2_ETH = 0x40;
const DECAP_L3_IPV4 = 0x80;
const DECAP_L3_IPV6 = 0x100;
const ENCAP_L3 = ENCAP_L3_IPV4 | ENCAP_L3_IPV6;
const DECAP_L3 = DECAP_L3_IPV4 | DECAP_L3_IPV6;
const ENCAP = ENCAP_L3 | ENCAP_L4_GRE | ENCAP_L4_UDP | ENCAP_L2_ETH;
/** Bits 56 to 63 are the length of an inner link-layer header. */
const INNER_L2_SHIFT = 24;
const KNOWN = FIXED_GSO | ENCAP | NO_CSUM_RESET | DECAP_L3;
const SHRINK_FLAGS = FIXED_GSO | NO_CSUM_RESET | DECAP_L3;

const MAX_DIFFERENCE = 0xfff;

/** As skb->protocol holds them: big-endian. */
const ETH_P_IP = 0x0008;
const ETH_P_IPV6 = 0xdd86;
const ETHERNET = 14;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;

/** bpf_skb_adjust_room: makes or takes room behind the link-layer or the network header. */
const adjustRoom: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  const { packet, lo, hi } = machine;
  const difference = lo[2];
  const mode = unsigned32(machine, 3);
  const flags = lo[4];
  const innerL2 = hi[4] >>> INNER_L2_SHIFT;
  if ((flags & ~KNOWN) !== 0 || (hi[4] & 0x00ff_ffff) !== 0) return -errno.EINVAL;
  if (Math.abs(difference) > MAX_DIFFERENCE) return -errno.EFAULT;
  const protocol = skb.get(machine, 'protocol');
  if (protocol !== ETH_P_IP && protocol !== ETH_P_IPV6) return -errno.ENOTSUPP;
  const header = protocol === ETH_P_IP ? IPV4_HEADER : IPV6_HEADER;
  const link = skb.network - packet.data;
  if (mode !== AFTER_NETWORK_HEADER && mode !== AFTER_LINK_HEADER) return -errno.ENOTSUPP;
  const offset = mode === AFTER_LINK_HEADER ? link : link + header;

  const shrinks = difference < 0;
  const minimum = minimumLength(flags, header);
  if (minimum < 0 || ((flags & DECAP_L3) !== 0 && !shrinks)) return -errno.EINVAL;
  const left = packet.length - link + difference;
  if (shrinks ? left < minimum || left <= 0 : packet.length + difference > MAX_LENGTH) {
    return -errno.ENOTSUPP;
  }
  if (shrinks) {
    if ((flags & ~SHRINK_FLAGS) !== 0) return -errno.EINVAL;
    const result = removeAt(machine, skb, offset, -difference);
    if (result === 0) followDecapsulation(machine, flags);
    return result;
  }
  if ((flags & ENCAP_L3) === 0) return insertAt(machine, skb, offset, difference);
  if (!encapsulates(flags, innerL2, difference)) return -errno.EINVAL;
  if (skb.encapsulated) return -errno.EALREADY;
  const result = insertAt(machine, skb, offset, difference);
  if (result !== 0) return result;
  skb.encapsulated = true;
  skb.set(machine, 'protocol', (flags & ENCAP_L3_IPV4) !== 0 ? ETH_P_IP : ETH_P_IPV6);
  return 0;
};

/** Bytes of network header that must be left; -1 for flags that exclude each other. */
function minimumLength(flags: number, header: number): number {
  switch (flags & DECAP_L3) {
    case DECAP_L3_IPV4:
      return IPV4_HEADER;
    case DECAP_L3_IPV6:
      return IPV6_HEADER;
    case 0:
      return header;
    default:
      return -1;
  }
}

/** Whether the flags of an encapsulation go together (bpf_skb_net_grow). */
function encapsulates(flags: number, innerL2: number, size: number): boolean {
  if ((flags & ENCAP_L3) === ENCAP_L3) return false;
  const both = ENCAP_L4_GRE | ENCAP_L4_UDP;
  if ((flags & both) === both) return false;
  if ((flags & ENCAP_L2_ETH) !== 0 && innerL2 < ETHERNET) return false;
  return innerL2 <= size;
}

function followDecapsulation(machine: Machine, flags: number): void {
  const skb = skbOf(machine);
  if ((flags & DECAP_L3_IPV4) !== 0) skb.set(machine, 'protocol', ETH_P_IP);
  if ((flags & DECAP_L3_IPV6) !== 0) skb.set(machine, 'protocol', ETH_P_IPV6);
}

export const adjustRoomHelpers: Readonly<Record<string, HelperFunction>> = {
  skb_adjust_room: adjustRoom,
};
