import { mapSpec } from '@anybpf/bytecode';
import { type LoadedObject, PacketSizeError, packetBatch } from '@anybpf/runtime';
import { expect, it } from 'vitest';
import { describeLinux, frame, link, load, loadProgram, only, u32 } from './support.ts';

const BPF_MAP_LOOKUP_ELEM = 1;
const BPF_XDP_ADJUST_HEAD = 44;

const counter = mapSpec({ name: 'runs', type: 'array', keySize: 4, valueSize: 8, maxEntries: 1 });

/** Counts its runs, and returns how many were before, up to `limit`. */
const counting = (limit: number): string => `
  r1 = 0
  *(u32 *)(r10 - 4) = r1
  r1 = map_by_idx(0x0)
  r2 = r10
  r2 += -4
  call ${BPF_MAP_LOOKUP_ELEM}
  if r0 == 0 goto out
  r6 = *(u64 *)(r0 + 0)
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  r0 = r6
  if r0 < ${limit} goto out
  r0 = ${limit}
out:
  exit`;

const types = ['xdp', 'sched_cls'] as const;
type PacketType = (typeof types)[number];
/** Offsets of data and data_end in struct xdp_md and __sk_buff. */
const POINTERS: Record<PacketType, { data: number; end: number }> = {
  xdp: { data: 0, end: 4 },
  sched_cls: { data: 76, end: 80 },
};

/** First byte of the packet; then it is increased in the packet. */
const incrementing = (type: PacketType): string => `
  r2 = *(u32 *)(r1 + ${POINTERS[type].data})
  r3 = *(u32 *)(r1 + ${POINTERS[type].end})
  r4 = r2
  r4 += 1
  r0 = 0
  if r4 > r3 goto out
  r0 = *(u8 *)(r2 + 0)
  r5 = r0
  r5 += 1
  *(u8 *)(r2 + 0) = r5
out:
  exit`;

/** Puts 20 bytes in front, as an encapsulation does. */
const encapsulating = `
  r2 = -20
  call ${BPF_XDP_ADJUST_HEAD}
  r0 = 3
  exit`;

const batch = (...first: number[]) => packetBatch(first.map((byte) => frame(64, byte)));

function countOf(object: LoadedObject): number {
  const value = only(object.maps).get(u32(0));
  return Number(new DataView(value?.buffer ?? new ArrayBuffer(8)).getBigUint64(0, true));
}

describeLinux('batches in order', () => {
  it('one call per packet; map state evolves', async () => {
    const object = await load(link(counting(100), { maps: [counter] }));
    const result = only(object.programs).runBatch(batch(1, 1, 2, 1));
    expect([...result.verdicts]).toEqual([0, 1, 2, 3]);
    expect(result).toMatchObject({ runs: 4, cost: { unit: 'ns' } });
    expect(result.cost.value).toBeGreaterThan(0);
    expect(countOf(object)).toBe(4);
  });

  it('each packet begins fresh and the batch stays as it was', async () => {
    const program = await loadProgram(incrementing('xdp'));
    const packets = batch(7, 8, 7);
    const before = packets.data.slice();
    expect([...program.runBatch(packets).verdicts]).toEqual([7, 8, 7]);
    expect([...program.runBatch(packets, { repeat: 1 }).verdicts]).toEqual([7, 8, 7]);
    expect(packets.data).toEqual(before);
  });

  it('an empty batch runs nothing', async () => {
    const program = await loadProgram('r0 = 1\nexit');
    expect(program.runBatch(batch())).toMatchObject({ runs: 0, cost: { value: 0 } });
    expect(program.runBatch(batch(), { repeat: 9 })).toMatchObject({ runs: 0, cost: { value: 0 } });
  });

  it.each([
    { what: 'a packet below the limit', lengths: [64, 13], size: 128, error: PacketSizeError },
    { what: 'a packet above the limit', lengths: [64, 3521], size: 3585, error: PacketSizeError },
    { what: 'a packet beyond the data', lengths: [64, 100], size: 128, error: RangeError },
  ])('$what is refused', async ({ lengths, size, error }) => {
    const program = await loadProgram('r0 = 1\nexit');
    const packets = {
      count: 2,
      data: frame(size),
      offsets: Uint32Array.of(0, 64),
      lengths: Uint32Array.from(lengths),
      arrivals: null,
    };
    expect(() => program.runBatch(packets)).toThrow(error);
    expect(() => program.runBatch(packets, { repeat: 10 })).toThrow(error);
  });

  it.each([0, -1, 1.5, Number.NaN])('repeat %d is refused', async (repeat) => {
    const program = await loadProgram('r0 = 1\nexit');
    expect(() => program.runBatch(batch(1), { repeat })).toThrow(RangeError);
  });
});

describeLinux('repeated batches', () => {
  const cases = types.flatMap((type) => [2, 3, 7, 64, 1000].map((repeat) => ({ type, repeat })));

  it.each(cases)('$type, repeat $repeat: exactly that many runs', async ({ type, repeat }) => {
    const object = await load(link(counting(0), { maps: [counter], type }));
    const result = only(object.programs).runBatch(batch(1, 2, 1), { repeat });
    expect(result.runs).toBe(3 * repeat);
    expect([...result.verdicts]).toEqual([0, 0, 0]);
    expect(result.cost.value).toBeGreaterThan(0);
    expect(countOf(object)).toBe(3 * repeat);
  });

  it.each(types)(
    '%s: a verdict that moves with map state does not stop the repetition',
    async (type) => {
      const object = await load(link(counting(5), { maps: [counter], type }));
      const result = only(object.programs).runBatch(batch(1), { repeat: 10_000 });
      expect([...result.verdicts]).toEqual([5]);
      expect(result.note).toBeUndefined();
      expect(countOf(object)).toBe(10_000);
    },
  );

  it.each(types)(
    '%s: a program that changes its packet meets the fresh one each time',
    async (type) => {
      const program = await loadProgram(incrementing(type), { type });
      const result = program.runBatch(batch(7, 8, 7), { repeat: 100 });
      expect([...result.verdicts]).toEqual([7, 8, 7]);
      expect(result.runs).toBe(300);
      expect(result.note).toBeDefined();
    },
  );

  it.each([1, 500, 10_000])('encapsulation of one packet, repeat %d', async (repeat) => {
    const program = await loadProgram(encapsulating);
    const result = program.runBatch(batch(7, 7), { repeat });
    expect([...result.verdicts]).toEqual([3, 3]);
    expect(result.runs).toBe(2 * repeat);
    expect(result.note).toBeDefined();
  });

  it('without a feeder, a packet that cannot be repeated is run call by call, and it is said', async () => {
    const program = await loadProgram(incrementing('sched_cls'), { type: 'sched_cls' });
    const { note } = program.runBatch(batch(7, 9), { repeat: 1000 });
    expect(note).toMatch(/2 of 2 distinct packets were repeated fewer than 64 times per call/);
  });

  it('every packet runs as often as was asked', async () => {
    const program = await loadProgram('r0 = 1\nexit');
    const packets = batch(...Array.from({ length: 16 }, (_, i) => i));
    const { runs, cost } = program.runBatch(packets, { repeat: 10_000 });
    expect(runs).toBe(160_000);
    expect(cost).toMatchObject({ unit: 'ns', value: expect.any(Number) });
  });
});
