import { errno } from '@anybpf/bytecode';
import type { SkbContext } from '../interpreter/contexts/skb.ts';
import type { Machine } from '../interpreter/machine.ts';
import type { HelperFunction } from './bound-helper.ts';
import { skbOf } from './skb-argument.ts';
import { insertAt, removeAt } from './skb-room.ts';
import { unsigned32 } from './words.ts';

const ETHERTYPE_AT = 12;
const ETHERNET = 14;
const TAG_SIZE = 4;
const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;

function isVlan(ethertype: number): boolean {
  return ethertype === ETH_P_8021Q || ethertype === ETH_P_8021AD;
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}

/** The tag beside the packet: `ethertype` in network order as a number, e.g. 0x8100. */
function setTag(machine: Machine, skb: SkbContext, ethertype: number, tci: number): void {
  skb.vlanPresent = true;
  skb.set(machine, 'vlan_present', 1);
  skb.set(machine, 'vlan_proto', swap16(ethertype));
  skb.set(machine, 'vlan_tci', tci);
}

function clearTag(machine: Machine, skb: SkbContext): void {
  skb.vlanPresent = false;
  skb.set(machine, 'vlan_present', 0);
  skb.set(machine, 'vlan_proto', 0);
  skb.set(machine, 'vlan_tci', 0);
}

/** skb_vlan_push: a tag beside the packet moves into it, the new one takes its place. */
const push: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  const { view } = machine.arena;
  const given = swap16(unsigned32(machine, 2));
  const ethertype = isVlan(given) ? given : ETH_P_8021Q;
  if (skb.vlanPresent) {
    const inner = swap16(skb.get(machine, 'vlan_proto'));
    const tci = skb.get(machine, 'vlan_tci');
    const result = insertAt(machine, skb, ETHERTYPE_AT, TAG_SIZE);
    if (result !== 0) return result;
    view.setUint16(skb.mac + ETHERTYPE_AT, inner);
    view.setUint16(skb.mac + ETHERTYPE_AT + 2, tci);
    skb.network = skb.mac + ETHERNET;
    skb.set(machine, 'protocol', swap16(inner));
  }
  setTag(machine, skb, ethertype, unsigned32(machine, 3) & 0xffff);
  return 0;
};

/** Takes the tag that stands behind the addresses out of the packet. */
function takeTag(machine: Machine, skb: SkbContext): number {
  const { view } = machine.arena;
  const tci = view.getUint16(skb.mac + ETHERNET);
  const inner = view.getUint16(skb.mac + ETHERNET + 2);
  const result = removeAt(machine, skb, ETHERTYPE_AT, TAG_SIZE);
  if (result !== 0) return result;
  skb.network = skb.mac + ETHERNET;
  skb.set(machine, 'protocol', swap16(inner));
  return tci;
}

/** skb_vlan_pop: the outermost tag goes; one behind it moves beside the packet. */
const pop: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  const { packet } = machine;
  if (skb.vlanPresent) {
    clearTag(machine, skb);
  } else {
    if (!isVlan(swap16(skb.get(machine, 'protocol')))) return 0;
    if (packet.length < ETHERNET + TAG_SIZE) return -errno.ENOMEM;
    const result = takeTag(machine, skb);
    if (result < 0) return result;
  }
  const ethertype = swap16(skb.get(machine, 'protocol'));
  if (!isVlan(ethertype)) return 0;
  if (packet.length < ETHERNET + TAG_SIZE) return -errno.ENOMEM;
  const tci = takeTag(machine, skb);
  if (tci < 0) return tci;
  setTag(machine, skb, ethertype, tci);
  return 0;
};

export const skbVlanHelpers: Readonly<Record<string, HelperFunction>> = {
  skb_vlan_push: push,
  skb_vlan_pop: pop,
};
