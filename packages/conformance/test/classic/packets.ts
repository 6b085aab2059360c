import {
  ethernet,
  frame,
  icmp,
  icmpv6,
  ipv4,
  ipv6,
  type Layer,
  Random,
  randomPackets,
  TCP_FLAG,
  tcp,
  udp,
  vlan,
} from '@anybpf/runtime';

const random = new Random(0x5eed);

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const NAMED = { src: '10.1.2.3', dst: '192.168.1.5' };
const V6 = { src: '2001:db8:1::7', dst: '2001:db8:ffff::2' };
const GET = text('GET /index.html HTTP/1.1\r\nHost: example\r\n\r\n');
const DNS_QUERY = bytes('1a2b01000001000000000000076578616d706c6503636f6d0000010001');
const DNS_ANSWER = bytes('1a2b81800001000100000000076578616d706c6503636f6d0000010001');
const ARP_REQUEST = bytes('00010800060400010200000000010a010203000000000000c0a80105');
const ARP_REPLY = bytes('000108000604000202000000000ac0a801050200000000010a010203');

const TCP_FLAGS = [
  TCP_FLAG.syn,
  TCP_FLAG.syn | TCP_FLAG.ack,
  TCP_FLAG.ack,
  TCP_FLAG.fin | TCP_FLAG.ack,
  TCP_FLAG.rst,
  TCP_FLAG.rst | TCP_FLAG.ack,
  TCP_FLAG.fin | TCP_FLAG.psh | TCP_FLAG.urg,
  0,
];

const PORTS = [
  [40000, 80],
  [80, 40001],
  [999, 22],
  [22, 40000],
  [1000, 443],
  [53, 53],
  [68, 67],
  [123, 123],
  [5353, 4789],
  [40001, 8080],
] as const;

/** Frames that the expressions are about; what the runtime has no layer for is written out. */
const HAND_MADE: readonly Uint8Array[] = [
  [ethernet({ dst: 'ff:ff:ff:ff:ff:ff', type: 0x0806 }), ARP_REQUEST],
  [ethernet({ src: '02:00:00:00:00:0a', type: 0x0806 }), ARP_REPLY],
  [ethernet(), vlan({ id: 100, type: 0x0806 }), ARP_REQUEST],
  [ethernet({ type: 0x88cc }), bytes('0207040200000000010403')],
  [
    ethernet({ dst: '01:80:c2:00:00:00', type: 38 }),
    bytes('424203000000000080000200000000'),
    zeros(23),
  ],
  [ethernet({ type: 50 }), bytes('aaaa0300000c2000'), zeros(42)],
  [ethernet({ type: 100 }), bytes('f0f07f'), zeros(97)],
  ...TCP_FLAGS.map((flags) => [ethernet(), ipv4(NAMED), tcp({ flags })]),
  ...TCP_FLAGS.map((flags) => [ethernet(), ipv6(V6), tcp({ flags })]),
  ...PORTS.flatMap(([srcPort, dstPort]) => [
    [ethernet(), ipv4(NAMED), tcp({ srcPort, dstPort }), text('payload')],
    [ethernet(), ipv4({ src: '10.2.0.9', dst: '10.0.1.77', ttl: 30 }), udp({ srcPort, dstPort })],
    [ethernet(), ipv6(V6), udp({ srcPort, dstPort }), zeros(srcPort & 63)],
    [ethernet(), vlan({ id: 100 }), ipv4(NAMED), tcp({ srcPort, dstPort })],
  ]),
  [ethernet(), ipv4(NAMED), tcp({ flags: TCP_FLAG.psh | TCP_FLAG.ack }), GET],
  [ethernet(), ipv4({ ...NAMED, options: zeros(12) }), tcp(), GET],
  [ethernet(), ipv4({ ...NAMED, options: zeros(40) }), udp({ dstPort: 53 }), DNS_QUERY],
  [ethernet(), ipv4(NAMED), udp({ dstPort: 53 }), DNS_QUERY],
  [ethernet(), ipv4(NAMED), udp({ srcPort: 53, dstPort: 53 }), DNS_ANSWER],
  [ethernet(), ipv4({ ...NAMED, fragment: 0x2000 }), udp(), zeros(64)],
  [ethernet(), ipv4({ ...NAMED, fragment: 0x2008, protocol: 17 }), zeros(64)],
  [ethernet(), ipv4({ ...NAMED, fragment: 0x0010, protocol: 6 }), zeros(40)],
  ...[0, 3, 4, 5, 8, 11].map((type) => [ethernet(), ipv4(NAMED), icmp({ type, code: type & 1 })]),
  [ethernet(), ipv4(NAMED), icmp({ type: 3, code: 4 }), zeros(28)],
  ...[1, 128, 129, 133, 135].map((type) => [ethernet(), ipv6(V6), icmpv6({ type })]),
  [ethernet(), ipv6({ ...V6, nextHeader: 0, hopLimit: 255 }), bytes('3a00050200000000'), zeros(8)],
  [ethernet(), ipv6({ ...V6, nextHeader: 44 }), bytes('0600000800000001'), zeros(20)],
  ...[2, 4, 47, 50, 51, 89, 103, 112, 132].map((protocol) => [
    ethernet(),
    ipv4({ ...NAMED, protocol }),
    bytes('9c40005000000001000000000000000050024000'),
  ]),
  ...[50, 51, 132].map((nextHeader) => [ethernet(), ipv6({ ...V6, nextHeader }), zeros(24)]),
  [ethernet({ dst: '01:00:5e:00:00:fb' }), ipv4({ src: '10.0.0.1', dst: '224.0.0.251' }), udp()],
  [ethernet({ dst: '33:33:00:00:00:01' }), ipv6({ dst: 'ff02::1' }), icmpv6({ type: 134 })],
  [ethernet({ dst: 'ff:ff:ff:ff:ff:ff' }), ipv4({ dst: '255.255.255.255' }), udp({ dstPort: 67 })],
  [ethernet(), vlan({ id: 7, service: true }), vlan({ id: 100 }), ipv4(NAMED), tcp()],
  [ethernet(), vlan({ id: 7 }), vlan({ id: 8 }), ipv6(V6), udp()],
  [ethernet(), vlan({ id: 100 }), ipv6(V6), tcp()],
  [ethernet({ type: 0x8847 }), bytes('0001f140'), frame(ipv4(NAMED), tcp())],
  [ethernet({ type: 0x8847 }), bytes('0001e0400001f140'), frame(ipv4(NAMED), udp())],
  [ethernet({ type: 0x8864 }), bytes('1100000100160021'), frame(ipv4(NAMED), tcp())],
  [ethernet({ type: 0x8864 }), bytes('1100000100160057'), frame(ipv6(V6), tcp())],
  [
    ethernet(),
    ipv4(NAMED),
    udp({ dstPort: 6081 }),
    bytes('0000655800000100'),
    frame(ethernet(), ipv4(NAMED), tcp()),
  ],
  [ethernet(), ipv6(V6), udp({ dstPort: 6081 }), bytes('0200655800000100aabbccdd'), zeros(60)],
  ...[0, 1, 13, 100, 545, 546, 547, 1400].map((size) => [
    ethernet(),
    ipv4({ ...NAMED, ttl: size & 0xff }),
    udp(),
    random.bytes(size),
  ]),
].map((layers: readonly (Layer | Uint8Array)[]) => frame(...layers));

function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}

/** Frames of 14 to 1514 bytes. */
const COUNT = 2000;
const GENERATED = 600;

/**
 * The 2,000 packets of every expression: the hand-made ones; whole, cut and corrupted copies of them;
 * and those of the runtime's generator.
 */
export const PACKETS: readonly Uint8Array[] = [
  ...HAND_MADE,
  ...randomPackets({
    count: COUNT - GENERATED - HAND_MADE.length,
    seed: 20,
    templates: HAND_MADE,
  }),
  ...randomPackets({ count: GENERATED, seed: 21 }),
];
