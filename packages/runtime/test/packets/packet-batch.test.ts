import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupPackets, PacketBatchSizeError, packetAt, packetBatch } from '../../src/index.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('packetBatch', () => {
  test('lays packets out one after another', () => {
    const batch = packetBatch([bytes(1, 2, 3), bytes(), bytes(4)], [0, 10, 25]);
    expect(batch).toEqual({
      count: 3,
      data: bytes(1, 2, 3, 4),
      offsets: Uint32Array.of(0, 3, 3),
      lengths: Uint32Array.of(3, 0, 1),
      arrivals: Float64Array.of(0, 10, 25),
    });
    expect([0, 1, 2].map((i) => [...packetAt(batch, i)])).toEqual([[1, 2, 3], [], [4]]);
  });

  test('copies: the batch does not follow its source', () => {
    const source = bytes(1);
    const batch = packetBatch([source]);
    source[0] = 9;
    expect(packetAt(batch, 0)).toEqual(bytes(1));
  });

  test('refuses an arrival column of another length', () => {
    expect(() => packetBatch([bytes(1)], [])).toThrow(PacketBatchSizeError);
  });

  test.each([-1, 1, 0.5, Number.NaN])('has no packet %s', (index) => {
    expect(() => packetAt(packetBatch([bytes(1)]), index)).toThrow(RangeError);
  });
});

describe('groupPackets', () => {
  test('groups by bytes, in order of first appearance', () => {
    const groups = groupPackets(
      packetBatch([bytes(7), bytes(7, 0), bytes(7), bytes(), bytes(7, 0), bytes(7)]),
    );
    expect(groups).toEqual({
      first: Uint32Array.of(0, 1, 3),
      count: Uint32Array.of(3, 2, 1),
      group: Uint32Array.of(0, 1, 0, 2, 1, 0),
    });
  });

  test('agrees with grouping by text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 3, max: 2 }), { maxLength: 60 }),
        (packets) => {
          const batch = packetBatch(packets);
          const groups = groupPackets(batch);
          const texts = packets.map((packet) => packet.join());
          const distinct = [...new Set(texts)];
          expect([...groups.group]).toEqual(texts.map((text) => distinct.indexOf(text)));
          expect([...groups.first]).toEqual(distinct.map((text) => texts.indexOf(text)));
          expect([...groups.count]).toEqual(
            distinct.map((text) => texts.filter((other) => other === text).length),
          );
        },
      ),
    );
  });
});
