import { readFileSync } from 'node:fs';
import { errno, errnoName } from '@anybpf/bytecode';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMapStorage } from '../../src/maps/create-map-storage.ts';
import type { RingBufferStorage } from '../../src/maps/map-storage.ts';
import { mapSpec } from './map-spec.ts';

function ringBuffer(size: number): RingBufferStorage {
  const spec = mapSpec({ type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: size });
  const map = createMapStorage(spec, { cpus: 1 });
  if (map.kind !== 'ring-buffer') throw new Error(map.kind);
  return map;
}

const recorded = readFileSync(new URL('kernel/ring-buffer.txt', import.meta.url), 'utf8')
  .split(/^map ringbuf .* max=/m)
  .slice(1);

function perform(ring: RingBufferStorage, words: readonly string[]): string {
  const [operation, first = '0', second = '0', end, endFlags] = words;
  switch (operation) {
    case 'output': {
      const result = ring.output(new Uint8Array(Number(first)), 0, Number(first), Number(second));
      return result < 0 ? errnoName(result) : 'ok';
    }
    case 'reserve': {
      const offset = ring.reserve(Number(first), Number(second));
      if (offset < 0) return 'null';
      if (end === 'submit') ring.submit(offset, Number(endFlags));
      else ring.discard(offset, Number(endFlags));
      return 'ok';
    }
    case 'query':
      return String(ring.query(Number(first)));
    case 'drain':
      return (
        ring
          .drain()
          .map((record) => record.length)
          .join(' ') || 'nothing'
      );
    default:
      throw new Error(`no such operation: ${operation}`);
  }
}

describe('as recorded on Linux 6.18', () => {
  it.each(recorded.map((text, index) => [index, text]))('sequence %i', (_, text) => {
    const [head = '', ...expected] = text.trimEnd().split('\n');
    const ring = ringBuffer(Number.parseInt(head, 10));
    const actual = expected.map((line) => {
      const command = line.slice(0, line.indexOf(' ->'));
      return `${command} -> ${perform(ring, command.split(' '))}`;
    });
    expect(actual).toEqual(expected);
    expect(expected.length).toBeGreaterThan(100);
  });
});

describe('order and wake-ups', () => {
  const bytes = Uint8Array.of(7);

  it('gives out nothing behind a record that is still reserved', () => {
    const ring = ringBuffer(4096);
    const first = ring.reserve(1, 0);
    ring.output(bytes, 0, 1, 0);
    expect(ring.drain()).toEqual([]);
    expect(ring.query(0)).toBe(32);
    ring.discard(first, 0);
    expect(ring.drain()).toEqual([bytes]);
    expect(ring.query(0)).toBe(0);
  });

  it('wakes the consumer when it waits for the record, unless told otherwise', () => {
    const ring = ringBuffer(4096);
    const wakeups = (flags: number): number => {
      const before = ring.wakeups;
      ring.output(bytes, 0, 1, flags);
      return ring.wakeups - before;
    };
    expect([wakeups(0), wakeups(0), wakeups(2), wakeups(3)]).toEqual([1, 0, 1, 1]);
    ring.drain();
    expect([wakeups(1), wakeups(0)]).toEqual([0, 0]);
  });

  it('keeps records contiguous where the ring wraps', () => {
    const ring = ringBuffer(4096);
    const size = 1500;
    for (let i = 0; i < 100; i++) {
      const offset = ring.reserve(size, 0);
      expect(offset).toBeGreaterThan(0);
      ring.values.bytes.fill(i, offset, offset + size);
      ring.submit(offset, 0);
      expect(ring.drain()).toEqual([new Uint8Array(size).fill(i)]);
    }
    expect(ring.values.bytes.length).toBeLessThanOrEqual(2 * 4096);
  });
});

/** What a record is to the model: undefined data while it is reserved, null once discarded. */
interface ModelRecord {
  readonly offset: number;
  readonly size: number;
  /** Bytes in the ring, header and padding included. */
  readonly length: number;
  data: Uint8Array | null | undefined;
}

describe('against a list', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('reserve' as const), size: fc.integer({ min: 0, max: 1200 }) }),
    fc.record({ kind: fc.constant('submit' as const), which: fc.nat(20), fill: fc.nat(255) }),
    fc.record({ kind: fc.constant('discard' as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant('drain' as const) }),
  );

  it('holds any sequence of reserve, submit, discard and drain', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
        const ring = ringBuffer(4096);
        let records: ModelRecord[] = [];
        for (const step of operations) {
          const used = records.reduce((sum, record) => sum + record.length, 0);
          const open = records.filter((record) => record.data === undefined);
          if (step.kind === 'reserve') {
            const length = Math.ceil((step.size + 8) / 8) * 8;
            const offset = ring.reserve(step.size, 0);
            expect(offset >= 0).toBe(used + length <= 4095);
            if (offset >= 0) records.push({ offset, size: step.size, length, data: undefined });
          } else if (step.kind === 'drain') {
            const busy = records.findIndex((record) => record.data === undefined);
            const done = busy < 0 ? records : records.slice(0, busy);
            expect(ring.drain()).toEqual(done.flatMap(({ data }) => (data ? [data] : [])));
            records = records.slice(done.length);
          } else {
            const record = open[step.which % Math.max(open.length, 1)];
            if (record === undefined) continue;
            if (step.kind === 'submit') {
              ring.values.bytes.fill(step.fill, record.offset, record.offset + record.size);
              record.data = new Uint8Array(record.size).fill(step.fill);
              ring.submit(record.offset, 0);
            } else {
              record.data = null;
              ring.discard(record.offset, 0);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

it('has none of the operations by key', () => {
  const ring = ringBuffer(4096);
  const none = new Uint8Array(0);
  expect(ring.lookup(none, 0, 0)).toBe(-1);
  expect(ring.update(none, 0, none, 0, 0, 0)).toBe(-errno.ENOTSUPP);
  expect(ring.copyOut(none, none)).toBe(-errno.ENOTSUPP);
  expect(ring.delete(none, 0)).toBe(-errno.ENOTSUPP);
});
