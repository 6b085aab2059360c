import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ethernet,
  formatHex,
  frame,
  icmp,
  icmpv6,
  internetChecksum,
  ipv4,
  ipv6,
  type Layer,
  PacketTextError,
  padFrame,
  parseHex,
  parseIpv4,
  parseIpv6,
  parseMac,
  tcp,
  udp,
  vlan,
} from '../../src/index.ts';

/** Lines of a header as in an RFC, joined. */
const hex = (...lines: string[]): string => lines.join('').replaceAll(' ', '');

const v4 = ipv4({ src: '10.0.0.1', dst: '10.0.0.2' });
const v6 = ipv6({ src: '2001:db8::1', dst: '2001:db8::2' });
const data = Uint8Array.of(0xaa, 0xbb, 0xcc);

// tshark 4.0.17 calls every checksum here good (ip.check_checksum and its like).
const FRAMES: [string, (Layer | Uint8Array)[], string][] = [
  ['plain bytes', [ethernet(), data], hex('020000000002 020000000001 88b5 aabbcc')],
  [
    'UDP over IPv4',
    [ethernet(), v4, udp({ srcPort: 1, dstPort: 2 }), data],
    hex(
      '020000000002 020000000001 0800',
      '4500 001f 0000 4000 4011 26cc 0a000001 0a000002',
      '0001 0002 000b 7516 aabbcc',
    ),
  ],
  [
    'TCP in a VLAN',
    [ethernet({ dst: 'ff:ff:ff:ff:ff:ff' }), vlan({ id: 7, priority: 5 }), v4, tcp({ srcPort: 9 })],
    hex(
      'ffffffffffff 020000000001 8100 a007 0800',
      '4500 0028 0000 4000 4006 26ce 0a000001 0a000002',
      '0009 0050 00000001 00000000 5010 ffff 9b78 0000',
    ),
  ],
  [
    'ICMP echo',
    [ethernet(), v4, icmp()],
    hex(
      '020000000002 020000000001 0800',
      '4500 001c 0000 4000 4001 26df 0a000001 0a000002',
      '0800 f7fd 0001 0001',
    ),
  ],
  [
    'UDP over IPv6',
    [ethernet(), v6, udp({ srcPort: 1, dstPort: 2 }), data],
    hex(
      '020000000002 020000000001 86dd',
      '60000000 000b 1140 20010db8000000000000000000000001 20010db8000000000000000000000002',
      '0001 0002 000b 2da4 aabbcc',
    ),
  ],
  [
    'ICMPv6 echo',
    [ethernet(), v6, icmpv6()],
    hex(
      '020000000002 020000000001 86dd',
      '60000000 0008 3a40 20010db8000000000000000000000001 20010db8000000000000000000000002',
      '8000 2446 0001 0001',
    ),
  ],
  [
    'IPv4 in IPv4 with options, in a service VLAN',
    [
      ethernet(),
      vlan({ id: 1, service: true }),
      ipv4({ ttl: 1, tos: 0xb8, fragment: 0, options: parseHex('01010100') }),
      v4,
      data,
    ],
    hex(
      '020000000002 020000000001 88a8 0001 0800',
      '46b8 002f 0000 0000 0104 c9dc c0000201 c6336401 01010100',
      '4500 0017 0000 4000 40fd 25e8 0a000001 0a000002 aabbcc',
    ),
  ],
];

describe('frame', () => {
  test.each(FRAMES)('%s', (_, layers, expected) => {
    expect(formatHex(frame(...layers))).toBe(expected);
  });

  test('a checksum field makes its own message sum to zero', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(65535), (payload, srcPort) => {
        const bytes = frame(v4, tcp({ srcPort }), payload);
        expect(internetChecksum(bytes.subarray(0, 20))).toBe(0);
        const pseudoHeader = v4.pseudoHeader?.(6, bytes.length - 20) ?? new Uint8Array();
        expect(internetChecksum(pseudoHeader, bytes.subarray(20))).toBe(0);
      }),
    );
  });

  test('a UDP checksum of zero is sent as ffff', () => {
    const empty = frame(v4, udp({ srcPort: 0, dstPort: 0 }));
    const rest = ((empty[26] as number) << 8) | (empty[27] as number);
    const zero = frame(v4, udp({ srcPort: rest, dstPort: 0 }));
    expect(formatHex(zero.subarray(26, 28))).toBe('ffff');
  });

  test('padFrame lengthens with zeros and never cuts', () => {
    expect(padFrame(data, 5)).toEqual(Uint8Array.of(0xaa, 0xbb, 0xcc, 0, 0));
    expect(padFrame(data, 2)).toBe(data);
  });
});

describe('internetChecksum', () => {
  test('the example of RFC 1071 section 3', () => {
    expect(internetChecksum(parseHex('0001 f203 f4f5 f6f7'))).toBe(~0xddf2 & 0xffff);
  });

  test('folds carries of a long message', () => {
    expect(internetChecksum(new Uint8Array(1 << 20).fill(0xff))).toBe(0);
  });
});

describe('text', () => {
  test.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ])('IPv6 %s', (text, expected) => {
    expect(formatHex(parseIpv6(text))).toBe(expected);
  });

  test.each([
    [
      parseIpv6,
      [
        '',
        ':',
        '1:2',
        '1::2::3',
        '1:2:3:4:5:6:7:8:9',
        '1:2:3:4:5:6:7:8::',
        '12345::',
        'g::',
        '1.2.3.4::',
      ],
    ],
    [parseIpv4, ['', '1.2.3', '1.2.3.4.5', '256.0.0.1', '1.2.3.-4', '1.2.3.4 ', '0x1.2.3.4']],
    [parseMac, ['', '02:00:00:00:00', '02-00-00-00-00-01', '02:00:00:00:00:0g']],
    [parseHex, ['0', 'abc', 'zz', 'a b', 'ab0xcd']],
  ])('%o refuses what is not one', (parse, texts) => {
    for (const text of texts) expect(() => parse(text), text).toThrow(PacketTextError);
  });

  test('hex with spaces, colons and a prefix', () => {
    expect(parseHex(' 0xDE:ad\n be  EF ')).toEqual(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
    expect(parseHex('')).toEqual(new Uint8Array(0));
  });

  test('hex comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('', ' ', ':'), (bytes, separator) => {
        expect(parseHex(formatHex(bytes, separator))).toEqual(Uint8Array.from(bytes));
      }),
    );
  });
});
