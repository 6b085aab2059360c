import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CaptureFormatError,
  captureToBatch,
  formatHex,
  LinkTypeError,
  packetAt,
  parseHex,
  readCapture,
  writePcap,
  writePcapng,
} from '../../src/index.ts';

// Two frames of 64 and 1514 bytes cut to 20, written by Wireshark's editcap 4.0.17.
const EDITCAP_PCAP = parseHex(`
  d4c3b2a1 02000400 00000000 00000000 14000000 01000000
  00f15365 40e20100 14000000 40000000 0200000000020200000000010800450000 32d097
  01f15365 40e20100 14000000 ea050000 0200000000020200000000018100044f08004500`);
const EDITCAP_PCAPNG = parseHex(`
  0a0d0d0a 6c000000 4d3c2b1a 01000000 ffffffffffffffff
  0400450045646974636170202857697265736861726b2920342e302e31372028476974
  2076342e302e3137207061636b6167656420617320342e302e31372d302b6465623132753329 000000 00000000 6c000000
  01000000 20000000 0100 0000 00000400 0900 0100 09 000000 00000000 20000000
  06000000 34000000 00000000 fe9c9717 15cd853d 14000000 40000000
  020000000002020000000001080045000032d097 34000000
  06000000 34000000 00000000 fe9c9717 16972079 14000000 ea050000
  0200000000020200000000018100044f08004500 34000000`);
// One frame cut to 64 bytes, written by tcpdump 4.99 with --nano.
const TCPDUMP_NANO = parseHex(`
  4d3cb2a1 02000400 00000000 00000000 00000400 01000000
  00f15365 15cd5b07 40000000 40000000
  020000000002020000000001080045000032d097400040119d830a0300edc0a80108
  83dc12b5001eb7f412f86efb7f268000c0b29f25483a89a6cfe52bce3604`);

describe('classic pcap', () => {
  test('reads what editcap writes', () => {
    const capture = readCapture(EDITCAP_PCAP);
    expect(capture).toMatchObject({ format: 'pcap', truncated: false });
    expect(capture.interfaces).toEqual([{ linkType: 1, snapLength: 20 }]);
    expect(capture.packets.map((p) => [p.data.length, p.originalLength, p.timestamp])).toEqual([
      [20, 64, { seconds: 1700000000, nanoseconds: 123456000 }],
      [20, 1514, { seconds: 1700000001, nanoseconds: 123456000 }],
    ]);
    expect(formatHex(capture.packets[1]?.data ?? new Uint8Array())).toBe(
      '0200000000020200000000018100044f08004500',
    );
  });

  test('reads nanoseconds as tcpdump writes them', () => {
    const [packet] = readCapture(TCPDUMP_NANO).packets;
    expect(packet?.timestamp).toEqual({ seconds: 1700000000, nanoseconds: 123456789 });
    expect(packet?.data.length).toBe(64);
  });

  test('reads big-endian files', () => {
    const capture = readCapture(
      parseHex(`a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001
                00000002 000f423f 00000002 00000003 cafe`),
    );
    expect(capture.packets).toHaveLength(1);
    expect(capture.packets[0]).toMatchObject({
      originalLength: 3,
      timestamp: { seconds: 2, nanoseconds: 999_999_000 },
    });
  });

  test.each([
    ['cut in the packet', 1, 1],
    ['cut in the record header', 20 + 3, 1],
    ['cut at a record boundary', 36, 1],
  ])('keeps the packets before an end %s', (_, missing, packets) => {
    const capture = readCapture(EDITCAP_PCAP.subarray(0, EDITCAP_PCAP.length - missing));
    expect(capture.packets).toHaveLength(packets);
    expect(capture.truncated).toBe(missing !== 36);
  });

  test.each([
    ['an empty file', '', 0],
    ['no magic number', '00112233445566', 0],
    ['half a header', 'd4c3b2a1 02000400 0000', 0],
    ['version 3', 'd4c3b2a1 03000400 00000000 00000000 14000000 01000000', 4],
    [
      'a record of 4 GiB',
      'd4c3b2a1 02000400 00000000 00000000 14000000 01000000 00000000 00000000 ffffffff ffffffff',
      32,
    ],
  ])('refuses %s', (_, hex, offset) => {
    expect(formatErrorOf(() => readCapture(parseHex(hex))).offset).toBe(offset);
  });
});

describe('pcapng', () => {
  test('reads what editcap writes', () => {
    const capture = readCapture(EDITCAP_PCAPNG);
    expect(capture).toMatchObject({ format: 'pcapng', truncated: false });
    expect(capture.packets.map((p) => [p.data.length, p.originalLength, p.timestamp])).toEqual([
      [20, 64, { seconds: 1700000000, nanoseconds: 123456789 }],
      [20, 1514, { seconds: 1700000001, nanoseconds: 123456790 }],
    ]);
  });

  const LITTLE_SECTION = '0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000';
  const BIG_SECTION = '0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c';
  const ETHERNET = '01000000 14000000 0100 0000 00000000 14000000';
  const enhanced = (high: string, low: string): string =>
    `06000000 24000000 00000000 ${high} ${low} 04000000 04000000 deadbeef 24000000`;

  test('reads sections of both byte orders, each with its own interfaces', () => {
    const capture = readCapture(
      parseHex(`${LITTLE_SECTION} ${ETHERNET} ${enhanced('00000000', '40420f00')}
        ${BIG_SECTION}
        00000001 00000014 0065 0000 00000000 00000014
        00000006 00000024 00000000 00000000 001e8480 00000002 00000002 cafe0000 00000024`),
    );
    expect(capture.interfaces.map((i) => i.linkType)).toEqual([1, 101]);
    expect(
      capture.packets.map((p) => [formatHex(p.data), p.interface, p.linkType, p.timestamp]),
    ).toEqual([
      ['deadbeef', 0, 1, { seconds: 1, nanoseconds: 0 }],
      ['cafe', 1, 101, { seconds: 2, nanoseconds: 0 }],
    ]);
  });

  test('reads simple and obsolete packet blocks and skips unknown ones', () => {
    const capture = readCapture(
      parseHex(`${LITTLE_SECTION}
        01000000 14000000 0100 0000 03000000 14000000
        ad0b0000 10000000 12345678 10000000
        03000000 14000000 08000000 aabbcc00 14000000
        02000000 24000000 0000 0000 00000000 01000000 02000000 09000000 ddee0000 24000000`),
    );
    expect(capture.packets.map((p) => [formatHex(p.data), p.originalLength, p.timestamp])).toEqual([
      ['aabbcc', 8, null],
      ['ddee', 9, { seconds: 0, nanoseconds: 1000 }],
    ]);
    expect(captureToBatch(capture).arrivals).toBeNull();
  });

  test.each([
    ['milliseconds', '09000100 03000000', '00000000', 'e8030000', 1, 0],
    ['picoseconds', '09000100 0c000000', '00000000', 'ffffffff', 0, 4_294_967],
    ['1/1024 s', '09000100 8a000000', '00000000', '01060000', 1, 500_976_562],
    ['an offset of -1 s', '0e000800 ffffffffffffffff', '00000000', '40420f00', 0, 0],
    ['the whole 64 bits', '09000100 09000000', 'ffffffff', 'ffffffff', 18446744073, 709551615],
  ])('applies a clock of %s', (_, option, high, low, seconds, nanoseconds) => {
    const length = formatHex(Uint8Array.of(20 + option.replaceAll(' ', '').length / 2 + 4));
    const capture = readCapture(
      parseHex(`${LITTLE_SECTION}
        01000000 ${length}000000 0100 0000 00000000 ${option} 00000000 ${length}000000
        ${enhanced(high, low)}`),
    );
    expect(capture.packets[0]?.timestamp).toEqual({ seconds, nanoseconds });
  });

  test.each([
    ['a section without byte-order magic', '0a0d0d0a 1c000000 00000000', 8],
    ['an odd block length', `${LITTLE_SECTION} 01000000 0d000000 00000000 00000000`, 32],
    ['lengths that differ', `${LITTLE_SECTION} 01000000 10000000 00000000 14000000`, 40],
    ['an interface block that is too short', `${LITTLE_SECTION} 01000000 0c000000 0c000000`, 36],
    ['a packet before any interface', `${LITTLE_SECTION} ${enhanced('00000000', '00000000')}`, 36],
    [
      'a packet longer than its block',
      `${LITTLE_SECTION} ${ETHERNET}
       06000000 24000000 00000000 00000000 00000000 05000000 05000000 deadbeef 24000000`,
      56,
    ],
    [
      'an option past its block',
      `${LITTLE_SECTION} 01000000 18000000 0100 0000 00000000 0900 ff00 18000000`,
      44,
    ],
    [
      'a time beyond any calendar',
      `${LITTLE_SECTION}
       01000000 20000000 0100 0000 00000000 09000100 00000000 00000000 20000000
       ${enhanced('ffffffff', '00000000')}`,
      72,
    ],
  ])('refuses %s', (_, hex, offset) => {
    expect(formatErrorOf(() => readCapture(parseHex(hex))).offset).toBe(offset);
  });
});

const record = fc.record({
  data: fc.uint8Array({ maxLength: 40 }),
  originalLength: fc.integer({ min: 40, max: 70000 }),
  timestamp: fc.record({
    seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
    nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  }),
});

describe('writing', () => {
  test.each([
    ['pcap', writePcap],
    ['pcapng', writePcapng],
  ] as const)('%s comes back as it was written', (format, write) => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (records) => {
        const capture = readCapture(write(records));
        expect(capture.format).toBe(format);
        expect(capture.truncated).toBe(false);
        expect(
          capture.packets.map(({ data, originalLength, timestamp }) => ({
            data: Uint8Array.from(data),
            originalLength,
            timestamp,
          })),
        ).toEqual(records);
      }),
    );
  });

  test.each([
    ['a time before 1970', { data: new Uint8Array(1), timestamp: { seconds: -1, nanoseconds: 0 } }],
    ['half a second', { data: new Uint8Array(1), timestamp: { seconds: 0.5, nanoseconds: 0 } }],
    ['1e9 nanoseconds', { data: new Uint8Array(1), timestamp: { seconds: 0, nanoseconds: 1e9 } }],
    ['a packet over 256 KiB', { data: new Uint8Array(262145) }],
  ])('refuses %s', (_, packet) => {
    expect(() => writePcap([packet])).toThrow(CaptureFormatError);
    expect(() => writePcapng([packet])).toThrow(CaptureFormatError);
  });

  test('32-bit seconds end in 2106 for pcap, not for pcapng', () => {
    const packet = { data: new Uint8Array(1), timestamp: { seconds: 2 ** 32, nanoseconds: 5 } };
    expect(() => writePcap([packet])).toThrow(CaptureFormatError);
    expect(readCapture(writePcapng([packet])).packets[0]?.timestamp).toEqual(packet.timestamp);
  });
});

describe('a capture as a batch', () => {
  test('has arrival times relative to the first packet, exact to the nanosecond', () => {
    const at = (seconds: number, nanoseconds: number) => ({
      data: Uint8Array.of(seconds & 0xff, nanoseconds & 0xff),
      timestamp: { seconds, nanoseconds },
    });
    const batch = captureToBatch(
      readCapture(writePcapng([at(1700000000, 999_999_999), at(1700000001, 1), at(1700086400, 0)])),
    );
    expect(batch.arrivals).toEqual(Float64Array.of(0, 2, 86_399_000_000_001));
    expect(packetAt(batch, 1)).toEqual(Uint8Array.of(1700000001 & 0xff, 1));
  });

  test('takes Ethernet alone', () => {
    const capture = readCapture(writePcap([{ data: new Uint8Array(20) }], { linkType: 101 }));
    expect(() => captureToBatch(capture)).toThrow(LinkTypeError);
  });
});

describe('hostile bytes', () => {
  const seeds = [EDITCAP_PCAP, EDITCAP_PCAPNG, TCPDUMP_NANO];

  test('mutated captures give packets inside the file, or a CaptureFormatError', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        fc.nat(300),
        (seed, changes, cut) => {
          const bytes = seed.slice(0, Math.max(0, seed.length - (cut > 250 ? cut - 250 : 0)));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          readOrRefuse(bytes);
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('noise behind each magic number', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('d4c3b2a102000400', 'a1b23c4d00020004', '0a0d0d0a1c0000004d3c2b1a0100'),
        fc.uint8Array({ maxLength: 200 }),
        (head, noise) => readOrRefuse(Uint8Array.of(...parseHex(head), ...noise)),
      ),
      { numRuns: 2000 },
    );
  });

  function readOrRefuse(bytes: Uint8Array): void {
    try {
      for (const { data } of readCapture(bytes).packets) {
        expect(data.buffer).toBe(bytes.buffer);
        expect(data.byteOffset + data.length).toBeLessThanOrEqual(bytes.byteOffset + bytes.length);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(CaptureFormatError);
    }
  }
});

function formatErrorOf(action: () => unknown): CaptureFormatError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureFormatError);
    return error as CaptureFormatError;
  }
  throw new Error('nothing was thrown');
}
