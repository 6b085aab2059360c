import { frame, type Layer } from '../frames/layer.ts';
import { ethernet, vlan } from '../frames/link.ts';
import { ipv4, ipv6 } from '../frames/network.ts';
import { icmp, icmpv6, TCP_FLAG, tcp, udp } from '../frames/transport.ts';
import type { Random } from './random.ts';

/** What a generated packet may be; weights are chosen by listing a kind more than once. */
export type FlowKind = 'udp4' | 'tcp4' | 'icmp4' | 'udp6' | 'tcp6' | 'icmp6' | 'vlan-udp4' | 'arp';

export const FLOW_KINDS: readonly [FlowKind, ...FlowKind[]] = [
  'udp4',
  'tcp4',
  'icmp4',
  'udp6',
  'tcp6',
  'icmp6',
  'vlan-udp4',
  'arp',
];

/**
 * A well-formed frame of exactly `size` bytes, or the kind's smallest where that is longer.
 * Addresses and ports come from small pools, so that tables with a few entries are hit and missed.
 */
export function flowFrame(kind: FlowKind, size: number, random: Random): Uint8Array {
  const layers = flowLayers(kind, random);
  const bare = frame(...layers).length;
  return frame(...layers, random.bytes(Math.max(0, size - bare)));
}

function flowLayers(kind: FlowKind, random: Random): Layer[] {
  const host = random.between(1, 250);
  const v4 = ipv4({
    src: `10.${random.below(4)}.${random.below(4)}.${host}`,
    dst: `192.168.${random.below(4)}.${random.between(1, 16)}`,
    ttl: random.pick([64, 128, 255]),
    identification: random.below(0x10000),
  });
  const v6 = ipv6({
    src: `2001:db8:${random.below(4).toString(16)}::${host.toString(16)}`,
    dst: `2001:db8:ffff::${random.between(1, 16).toString(16)}`,
  });
  const ports = {
    srcPort: random.between(32768, 32768 + 1023),
    dstPort: random.pick([53, 80, 123, 443, 4789, 8080]),
  };
  const segment = tcp({
    ...ports,
    sequence: random.uint32(),
    flags: random.pick([TCP_FLAG.syn, TCP_FLAG.ack, TCP_FLAG.ack | TCP_FLAG.psh]),
  });
  switch (kind) {
    case 'udp4':
      return [ethernet(), v4, udp(ports)];
    case 'tcp4':
      return [ethernet(), v4, segment];
    case 'icmp4':
      return [ethernet(), v4, icmp({ sequence: random.below(0x10000) })];
    case 'udp6':
      return [ethernet(), v6, udp(ports)];
    case 'tcp6':
      return [ethernet(), v6, segment];
    case 'icmp6':
      return [ethernet(), v6, icmpv6({ sequence: random.below(0x10000) })];
    case 'vlan-udp4':
      return [ethernet(), vlan({ id: random.between(1, 4094) }), v4, udp(ports)];
    case 'arp':
      return [ethernet({ dst: 'ff:ff:ff:ff:ff:ff', type: 0x0806 })];
  }
}
