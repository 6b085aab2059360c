import { mapSpec } from '@anybpf/bytecode';
import { ClosedError } from '@anybpf/runtime';
import { expect, it } from 'vitest';
import { describeLinux, frame, link, load, only, u32 } from './support.ts';

const BPF_RINGBUF_OUTPUT = 130;
const BPF_RINGBUF_RESERVE = 131;
const BPF_RINGBUF_DISCARD = 133;

/** Sends the first `size` bytes of an 8-byte stack buffer: the packet's length, then zeros. */
const output = (size: number): string => `
  r2 = *(u32 *)(r1 + 4)
  r3 = *(u32 *)(r1 + 0)
  r2 -= r3
  *(u64 *)(r10 - 8) = r2
  r1 = map_by_idx(0x0)
  r2 = r10
  r2 += -8
  r3 = ${size}
  r4 = 0
  call ${BPF_RINGBUF_OUTPUT}
  exit`;

const discard = `
  r1 = map_by_idx(0x0)
  r2 = 24
  r3 = 0
  call ${BPF_RINGBUF_RESERVE}
  if r0 == 0 goto out
  r1 = r0
  r2 = 0
  call ${BPF_RINGBUF_DISCARD}
out:
  r0 = 0
  exit`;

const ring = (maxEntries: number) => mapSpec({ name: 'events', type: 'ringbuf', maxEntries });

describeLinux('ring buffers', () => {
  it('drain gives the records in order, once', async () => {
    const object = await load(link(output(8), { maps: [ring(4096)] }));
    const [program, map] = [only(object.programs), only(object.maps)];
    expect(map.drain()).toEqual([]);
    for (const size of [60, 61, 62]) program.run({ packet: frame(size) });
    expect(map.drain()).toEqual([60, 61, 62].map((size) => u32(size, 0)));
    expect(map.drain()).toEqual([]);
  });

  it('survive many turns of the ring, with records that are no multiple of 8', async () => {
    const object = await load(link(output(5), { maps: [ring(4096)] }));
    const [program, map] = [only(object.programs), only(object.maps)];
    for (let turn = 0; turn < 20; turn++) {
      const sizes = Array.from({ length: 97 }, (_, i) => 20 + ((i * turn) % 200));
      for (const size of sizes) program.run({ packet: frame(size) });
      expect(map.drain()).toEqual(sizes.map((size) => u32(size, 0).subarray(0, 5)));
    }
  });

  it('pass over discarded records; a full ring refuses more', async () => {
    const quiet = await load(link(discard, { maps: [ring(4096)] }));
    only(quiet.programs).run({ packet: frame() });
    expect(only(quiet.maps).drain()).toEqual([]);

    const object = await load(link(output(8), { maps: [ring(4096)] }));
    const [program, map] = [only(object.programs), only(object.maps)];
    const results = Array.from({ length: 300 }, () => program.run({ packet: frame() }).verdict);
    const sent = results.filter((verdict) => verdict === 0).length;
    expect(sent).toBeGreaterThan(250);
    expect(sent).toBeLessThan(300);
    expect(map.drain()).toHaveLength(sent);
    expect(program.run({ packet: frame() }).verdict).toBe(0);
  });

  it('grow to a power of two of pages, as libbpf makes them', async () => {
    const object = await load(link(output(8), { maps: [ring(5000)] }));
    only(object.programs).run({ packet: frame(99) });
    expect(only(object.maps).drain()).toEqual([u32(99, 0)]);
  });

  it('drain after close is a ClosedError, drain of a hash is EINVAL', async () => {
    const hash = mapSpec({ name: 'h', type: 'hash', keySize: 4, valueSize: 4, maxEntries: 1 });
    const object = await load(link(output(8), { maps: [ring(4096), hash] }));
    const events = object.maps.get('events');
    events?.drain();
    expect(() => object.maps.get('h')?.drain()).toThrow(
      expect.objectContaining({ errno: 'EINVAL' }),
    );
    await object.close();
    expect(() => events?.drain()).toThrow(ClosedError);
  });
});
