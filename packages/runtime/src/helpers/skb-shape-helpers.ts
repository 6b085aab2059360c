import { errno } from '@anybpf/bytecode';
import type { SkbContext } from '../interpreter/contexts/skb.ts';
import type { Machine } from '../interpreter/machine.ts';
import type { HelperFunction } from './bound-helper.ts';
import { skbOf } from './skb-argument.ts';
import { insertAt, removeAt } from './skb-room.ts';
import { unsigned32, unsigned64 } from './words.ts';

/** BPF_SKB_MAX_LEN: four pages less struct skb_shared_info. */
export const MAX_LENGTH: number = 4 * 4096 - 320;

/** Largest packet type that a program may set or change: PACKET_OTHERHOST. */
const MAX_PACKET_TYPE = 3;

/** As skb->protocol holds them: big-endian. */
const ETH_P_IP = 0x0008;
const ETH_P_IPV6 = 0xdd86;
/** What an IPv6 header has more than an IPv4 header. */
const HEADER_DIFFERENCE = 20;

const changeType: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  const type = unsigned32(machine, 2);
  if (skb.get(machine, 'pkt_type') > MAX_PACKET_TYPE || type > MAX_PACKET_TYPE) {
    return -errno.EINVAL;
  }
  skb.set(machine, 'pkt_type', type);
  return 0;
};

const changeTail: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  const { packet, arena } = machine;
  const length = unsigned32(machine, 2);
  const headers = Math.max(0, skb.network - packet.data);
  if (unsigned64(machine, 3) !== 0 || length > MAX_LENGTH || length < headers) {
    return -errno.EINVAL;
  }
  if (skb.encapsulated) return -errno.ENOTSUPP;
  if (headers > packet.length) return -errno.ENOMEM;
  const end = packet.data + length;
  if (end > packet.end) arena.bytes.fill(0, packet.end, end);
  packet.end = end;
  skb.resized(machine);
  return 0;
};

const changeHead: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  const { packet, arena } = machine;
  const room = unsigned32(machine, 2);
  if (unsigned64(machine, 3) !== 0 || packet.length + room > MAX_LENGTH) return -errno.EINVAL;
  const data = packet.data - room;
  if (data < packet.hardStart) return -errno.ENOMEM;
  arena.bytes.fill(0, data, packet.data);
  packet.data = data;
  skb.mac = data;
  skb.resized(machine);
  return 0;
};

/** From IPv4 to IPv6 or back: makes or takes room, the headers are the program's to write. */
const changeProtocol: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  if (unsigned64(machine, 3) !== 0) return -errno.EINVAL;
  const from = skb.get(machine, 'protocol');
  const to = unsigned32(machine, 2) & 0xffff;
  let result: number;
  if (from === ETH_P_IP && to === ETH_P_IPV6) {
    result = insertAtNetwork(machine, skb, HEADER_DIFFERENCE);
  } else if (from === ETH_P_IPV6 && to === ETH_P_IP) {
    result = removeAtNetwork(machine, skb, HEADER_DIFFERENCE);
  } else {
    return -errno.ENOTSUPP;
  }
  if (result !== 0) return result;
  skb.set(machine, 'protocol', to);
  skb.set(machine, 'hash', 0);
  return 0;
};

function insertAtNetwork(machine: Machine, skb: SkbContext, size: number): number {
  return insertAt(machine, skb, skb.network - machine.packet.data, size);
}

function removeAtNetwork(machine: Machine, skb: SkbContext, size: number): number {
  return removeAt(machine, skb, skb.network - machine.packet.data, size);
}

/** Helpers that change what kind of packet it is, and how long. */
export const skbShapeHelpers: Readonly<Record<string, HelperFunction>> = {
  skb_change_type: changeType,
  skb_change_tail: changeTail,
  skb_change_head: changeHead,
  skb_change_proto: changeProtocol,
};
