import { describe, expect, test } from 'vitest';
import {
  FLOW_KINDS,
  flowFrame,
  formatHex,
  groupPackets,
  packetAt,
  packetBatch,
  Random,
  randomBatch,
  randomPackets,
  workloadBatch,
} from '../../src/index.ts';

describe('Random', () => {
  test('xorshift32 after eight steps of warm-up', () => {
    let state = 1;
    const step = (): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    };
    const expected = Array.from({ length: 12 }, step).slice(8);
    const random = new Random(1);
    expect(Array.from({ length: 4 }, () => random.uint32())).toEqual(expected);
  });

  test('numbers stay in their range and reach its ends', () => {
    const random = new Random(7);
    const seen = new Set(Array.from({ length: 500 }, () => random.between(3, 6)));
    expect([...seen].sort()).toEqual([3, 4, 5, 6]);
  });

  test('seed 0 is a generator like any other', () => {
    const random = new Random(0);
    expect(random.uint32()).not.toBe(random.uint32());
  });
});

describe('workloadBatch', () => {
  const batch = workloadBatch();

  test('1,024 packets, every other a 64-byte UDP packet, the rest of IMIX sizes', () => {
    expect(batch.count).toBe(1024);
    for (let i = 0; i < batch.count; i += 2) {
      const packet = packetAt(batch, i);
      expect([packet.length, packet[12], packet[13], packet[23]]).toEqual([64, 8, 0, 17]);
    }
    const sizes = new Set(Array.from(batch.lengths).filter((_, i) => i % 2 === 1));
    expect(sizes).toContain(594);
    expect(sizes).toContain(1514);
    // ICMPv6 and TCP over IPv6 have longer headers than 64 bytes allow.
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(62);
    expect(Math.max(...sizes)).toBe(1514);
  });

  test('few distinct packets, so that each can be measured alone', () => {
    const { first } = groupPackets(batch);
    expect(first.length).toBeGreaterThan(100);
    expect(first.length).toBeLessThanOrEqual(128);
  });

  test('a seed decides everything', () => {
    expect(formatHex(workloadBatch({ seed: 1 }).data)).toBe(formatHex(batch.data));
    expect(formatHex(workloadBatch({ seed: 2 }).data)).not.toBe(formatHex(batch.data));
  });
});

describe('randomPackets', () => {
  const packets = randomPackets({ count: 2000, seed: 3 });

  test('sizes fill the bounds', () => {
    const sizes = packets.map((packet) => packet.length);
    expect(Math.min(...sizes)).toBe(14);
    expect(Math.max(...sizes)).toBeGreaterThan(1400);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1514);
    expect(sizes.filter((size) => size < 64).length).toBeGreaterThan(300);
  });

  test('deterministic, and nearly all distinct', { timeout: 60_000 }, () => {
    const again = randomBatch({ count: 2000, seed: 3 });
    expect(formatHex(again.data)).toBe(formatHex(packetBatch(packets).data));
    expect(groupPackets(again).first.length).toBeGreaterThan(1900);
  });

  test('templates are corrupted, not changed in place', () => {
    const template = flowFrame('tcp4', 80, new Random(1));
    const before = template.slice();
    const out = randomPackets({ count: 50, templates: [template] });
    expect(template).toEqual(before);
    expect(out.filter((packet) => packet.join() === before.join()).length).toBeGreaterThan(5);
    expect(out.filter((packet) => packet.join() !== before.join()).length).toBeGreaterThan(20);
  });
});

test.each(FLOW_KINDS)('flowFrame %s has the size asked for', (kind) => {
  expect(flowFrame(kind, 256, new Random(5)).length).toBe(256);
});
