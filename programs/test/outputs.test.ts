import {
  ethernet,
  formatHex,
  frame,
  ipv4,
  ipv6,
  type Layer,
  padFrame,
  parseHex,
  tcp,
  udp,
  vlan,
} from '@anybpf/runtime';
import { describe, expect, test } from 'vitest';
import { counting } from '../scripts/fixtures/frames.ts';
import { be16, struct, u8, u32, zeros } from '../scripts/fixtures/layout.ts';
import { maglevRing, POOLS, RING_SIZE } from '../src/index.ts';
import { backends, fixtureNamed, prepared } from './backends.ts';

const OUR_MAC = '02:00:00:00:00:02';
const payload = counting(33);

describe.each(backends)('$name', (backend) => {
  describe('router', () => {
    const hop1 = ethernet({ src: OUR_MAC, dst: '02:00:00:00:01:01' });
    const hop2 = ethernet({ src: OUR_MAC, dst: '02:00:00:00:01:02' });
    const v4 = (ttl: number) => ipv4({ dst: '192.168.0.1', ttl });
    const v6 = (hopLimit: number) => ipv6({ dst: '2001:db8:ffff::9', hopLimit });
    const cases: readonly [string, Uint8Array, Uint8Array][] = [
      [
        'IPv4: next hop, TTL, checksum',
        frame(ethernet(), v4(64), udp(), payload),
        frame(hop1, v4(63), udp(), payload),
      ],
      [
        'TTL 2 becomes 1',
        frame(ethernet(), v4(2), udp(), payload),
        frame(hop1, v4(1), udp(), payload),
      ],
      [
        'the tag stays',
        frame(ethernet(), vlan({ id: 5 }), v4(128), tcp()),
        frame(hop1, vlan({ id: 5 }), v4(127), tcp()),
      ],
      [
        'IPv6: hop limit',
        frame(ethernet(), v6(255), udp(), payload),
        frame(hop2, v6(254), udp(), payload),
      ],
      [
        'TTL 1 goes to the stack unchanged',
        frame(ethernet(), v4(1), udp(), payload),
        frame(ethernet(), v4(1), udp(), payload),
      ],
    ];
    test.for(cases)('%s', async ([, given, wanted], { skip }) => {
      await using run = await prepared(fixtureNamed('router'), backend, skip);
      const { packet } = run.program.run({ packet: given });
      expect(formatHex(packet ?? zeros(0))).toBe(formatHex(wanted));
    });

    test('every possible TTL leaves a valid checksum', async ({ skip }) => {
      await using run = await prepared(fixtureNamed('router'), backend, skip);
      for (let ttl = 2; ttl < 256; ttl++) {
        const { packet } = run.program.run({ packet: frame(ethernet(), v4(ttl), udp()) });
        expect(packet).toEqual(frame(hop1, v4(ttl - 1), udp()));
      }
    });
  });

  describe('load-balancer', () => {
    /** The frame that backend `number` gets; `inner` is the IP packet. */
    const encapsulated = (number: number, protocol: number, inner: Uint8Array) =>
      frame(
        ethernet({ src: OUR_MAC, dst: `02:00:00:00:10:0${number}`, type: 0x0800 }),
        ipv4({ src: '172.16.255.1', dst: `172.16.0.${number + 1}`, protocol, fragment: 0 }),
        inner,
      );
    const ring = maglevRing(
      (POOLS[0]?.backends ?? []).map((number) => `backend-${number}`),
      RING_SIZE,
    );

    test.for([0, 1, 2, 3, 4, 5, 6, 7])('IPv4 flow %i', async (flow, { skip }) => {
      await using run = await prepared(fixtureNamed('load-balancer'), backend, skip);
      const srcPort = 50000 + flow;
      const given = frame(ethernet(), ipv4({ dst: '192.168.0.4' }), udp({ srcPort }), payload);
      const source = `${'00'.repeat(10)}ffffc0000201`;
      const destination = `${'00'.repeat(10)}ffffc0a80004`;
      const number = ring[hashFlow(source, destination, srcPort, 53, 17) % RING_SIZE] ?? -1;
      const { packet } = run.program.run({ packet: given });
      expect(formatHex(packet ?? zeros(0))).toBe(
        formatHex(encapsulated(number, 4, given.subarray(14))),
      );
    });

    test('IPv6 in IPv4', async ({ skip }) => {
      await using run = await prepared(fixtureNamed('load-balancer'), backend, skip);
      const given = frame(ethernet(), ipv6({ dst: '2001:db8:ffff::1' }), tcp(), payload);
      const source = `20010db8${'00'.repeat(11)}01`;
      const destination = `20010db8ffff${'00'.repeat(9)}01`;
      const number = ring[hashFlow(source, destination, 40000, 80, 6) % RING_SIZE] ?? -1;
      const { packet } = run.program.run({ packet: given });
      expect(packet).toEqual(encapsulated(number, 41, given.subarray(14)));
    });

    test('padding stays behind the inner packet and out of the outer length', async ({ skip }) => {
      await using run = await prepared(fixtureNamed('load-balancer'), backend, skip);
      const small = frame(ethernet(), ipv4({ dst: '192.168.0.4' }), udp());
      const { packet } = run.program.run({ packet: padFrame(small, 60) });
      expect(packet).toHaveLength(80);
      const { packet: bare } = run.program.run({ packet: small });
      expect(packet?.subarray(0, small.length + 20)).toEqual(bare);
    });
  });

  describe('pipeline', () => {
    const out = (port: number, ...layers: (Layer | Uint8Array)[]) =>
      frame(ethernet({ src: OUR_MAC, dst: `02:00:00:00:20:0${port}` }), ...layers);
    const dns = udp({ dstPort: 53 });
    const web = tcp({ dstPort: 443 });
    const cases: readonly [string, Uint8Array, Uint8Array][] = [
      [
        'DNS is marked EF',
        frame(ethernet(), ipv4(), dns, payload),
        out(1, ipv4({ tos: 46 << 2 }), dns, payload),
      ],
      [
        'the two ECN bits stay',
        frame(ethernet(), ipv4({ tos: 0x03 }), dns),
        out(1, ipv4({ tos: (46 << 2) | 3 }), dns),
      ],
      [
        'IPv6 traffic class',
        frame(ethernet(), ipv6({ trafficClass: 0xfe, flowLabel: 0xabcde }), web, payload),
        out(2, ipv6({ trafficClass: (18 << 2) | 2, flowLabel: 0xabcde }), web, payload),
      ],
      [
        'behind two tags',
        frame(ethernet(), vlan({ id: 1, service: true }), vlan({ id: 2 }), ipv4(), dns),
        out(1, vlan({ id: 1, service: true }), vlan({ id: 2 }), ipv4({ tos: 46 << 2 }), dns),
      ],
      [
        'no metadata is left before a packet that is dropped',
        frame(ethernet(), ipv4(), udp({ dstPort: 9 })),
        frame(ethernet(), ipv4(), udp({ dstPort: 9 })),
      ],
    ];
    test.for(cases)('%s', async ([, given, wanted], { skip }) => {
      await using run = await prepared(fixtureNamed('pipeline'), backend, skip);
      const { packet } = run.program.run({ packet: given });
      expect(formatHex(packet ?? zeros(0))).toBe(formatHex(wanted));
    });
  });
});

/** MurmurHash3 (32 bits, seed 0) over `struct flow`, written again from its description. */
function hashFlow(
  source: string,
  destination: string,
  srcPort: number,
  dstPort: number,
  protocol: number,
): number {
  const key = struct(
    parseHex(source),
    parseHex(destination),
    be16(srcPort),
    be16(dstPort),
    u8(protocol),
    zeros(3),
  );
  const view = new DataView(key.buffer);
  const rotate = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits));
  let hash = 0;
  for (let at = 0; at < key.length; at += u32(0).length) {
    const word = Math.imul(view.getUint32(at, true), 0xcc9e2d51);
    hash = rotate(hash ^ Math.imul(rotate(word, 15), 0x1b873593), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= key.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
