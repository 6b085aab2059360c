import type { ClassicInstruction } from './instruction.ts';
import { classicOpcodeOf } from './opcodes.ts';

/*
 * Offsets of packet loads as Linux reads them, signed (include/uapi/linux/filter.h):
 *
 *     0 ...          from the start of the data
 *     SKF_AD_OFF ... no packet bytes: what the kernel knows beside the packet; absolute loads only
 *     SKF_NET_OFF .. from the network header
 *     SKF_LL_OFF ... from the link-layer header
 */
const SKF_AD_OFF = -0x1000;
const SKF_NET_OFF = -0x10_0000;
const SKF_LL_OFF = -0x20_0000;

/** From where a packet load counts, and how far. */
export interface PacketOffset {
  readonly base: 'data' | 'network-header' | 'link-header';
  /** Bytes, 0 or more. */
  readonly offset: number;
}

/** @returns null for an offset below every base: such a load is out of bounds */
export function packetOffsetOf(k: number): PacketOffset | null {
  const signed = k | 0;
  if (signed >= 0) return { base: 'data', offset: signed };
  if (signed >= SKF_NET_OFF) return { base: 'network-header', offset: signed - SKF_NET_OFF };
  if (signed >= SKF_LL_OFF) return { base: 'link-header', offset: signed - SKF_LL_OFF };
  return null;
}

export type AncillaryName =
  | 'protocol'
  | 'packet-type'
  | 'interface'
  | 'netlink-attribute'
  | 'nested-netlink-attribute'
  | 'mark'
  | 'queue'
  | 'hardware-type'
  | 'hash'
  | 'cpu'
  | 'xor-x'
  | 'vlan-tag'
  | 'vlan-tag-present'
  | 'payload-offset'
  | 'random'
  | 'vlan-protocol';

export interface Ancillary {
  readonly name: AncillaryName;
  /** SKF_AD_*: k less SKF_AD_OFF. */
  readonly number: number;
  /** Its name in listings of libpcap. */
  readonly listing: string;
}

/** Loads from SKF_AD_OFF on. */
const ANCILLARIES: readonly Ancillary[] = [
  { name: 'protocol', number: 0, listing: 'proto' },
  { name: 'packet-type', number: 4, listing: 'type' },
  { name: 'interface', number: 8, listing: 'ifidx' },
  { name: 'netlink-attribute', number: 12, listing: 'nla' },
  { name: 'nested-netlink-attribute', number: 16, listing: 'nlan' },
  { name: 'mark', number: 20, listing: 'mark' },
  { name: 'queue', number: 24, listing: 'queue' },
  { name: 'hardware-type', number: 28, listing: 'hatype' },
  { name: 'hash', number: 32, listing: 'rxhash' },
  { name: 'cpu', number: 36, listing: 'cpu' },
  { name: 'xor-x', number: 40, listing: 'xor_x' },
  { name: 'vlan-tag', number: 44, listing: 'vlan_tci' },
  { name: 'vlan-tag-present', number: 48, listing: 'vlanp' },
  { name: 'payload-offset', number: 52, listing: 'poff' },
  { name: 'random', number: 56, listing: 'random' },
  { name: 'vlan-protocol', number: 60, listing: 'vlan_tpid' },
];

const byNumber: ReadonlyMap<number, Ancillary> = new Map(
  ANCILLARIES.map((row) => [row.number, row]),
);

/**
 * What an absolute load asks of the kernel instead of packet bytes.
 *
 * @returns `unknown` for an offset of that range which names nothing; null for all other instructions
 */
export function ancillaryOf({ code, k }: ClassicInstruction): Ancillary | 'unknown' | null {
  const operation = classicOpcodeOf(code)?.operation;
  if (operation?.kind !== 'load-packet' || operation.mode !== 'abs') return null;
  const signed = k | 0;
  if (signed >= 0 || signed < SKF_AD_OFF) return null;
  return byNumber.get(signed - SKF_AD_OFF) ?? 'unknown';
}
