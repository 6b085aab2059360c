import { assemble, linkCode, trustWithoutVerification } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { createInterpreter, PacketSizeError, type Program, packetBatch } from '../../src/index.ts';
import { evaluate, loadText } from './load-text.ts';

/** What Linux 6.18 gives for the same program and input (BPF_PROG_TEST_RUN). */

async function xdp(text: string): Promise<Program> {
  return (await loadText(text, { type: 'xdp' })).program;
}

/** struct xdp_md by 32-bit words: data, data_end, data_meta, ingress, queue, egress. */
function md(...words: number[]): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
  return bytes;
}

describe('sizes', () => {
  it.each([14, 3520])('a packet of %i bytes runs', async (size) => {
    const result = (await xdp('r0 = 2\nexit')).run({ packet: new Uint8Array(size) });
    expect(result.packet).toHaveLength(size);
    expect(result.context).toEqual(md(0, size, 0, 0, 0, 0));
  });
  it('the device is given back as it came', async () => {
    const packet = new Uint8Array(64);
    const context = md(0, 64, 0, 1);
    const result = (await xdp('r0 = *(u32 *)(r1 + 12)\nexit')).run({ packet, context });
    expect([result.verdict, result.context]).toEqual([1, md(0, 64, 0, 1, 0, 0)]);
  });
  it.each([0, 13, 3521])('a packet of %i bytes is refused', async (size) => {
    const program = await xdp('r0 = 2\nexit');
    expect(() => program.run({ packet: new Uint8Array(size) })).toThrow(PacketSizeError);
  });
});

describe('bpf_xdp_adjust_head', () => {
  it.each([
    [-216, 0, 280],
    [-217, -22, 64],
    [-213, 0, 277],
    [0, 0, 64],
    [50, 0, 14],
    [51, -22, 64],
  ])('by %i: %i, %i bytes', async (delta, r0, length) => {
    const result = (await xdp(`r2 = ${delta}\ncall 44\nexit`)).run({ packet: new Uint8Array(64) });
    expect(result.verdict | 0).toBe(r0);
    expect(result.packet).toHaveLength(length);
  });
});

describe('bpf_xdp_adjust_tail', () => {
  it.each([
    [-50, 0, 14],
    [-51, -22, 64],
    [3456, 0, 3520],
    [3457, -22, 64],
    [100, 0, 164],
  ])('by %i: %i, %i bytes', async (delta, r0, length) => {
    const packet = new Uint8Array(64).fill(7);
    const result = (await xdp(`r2 = ${delta}\ncall 65\nexit`)).run({ packet });
    expect(result.verdict | 0).toBe(r0);
    const expected = new Uint8Array(length).fill(7, 0, 64);
    expect(result.packet).toEqual(expected);
  });
});

describe('metadata', () => {
  it.each([
    [-4, 0, 4],
    [-3, -13, 0],
    [-216, 0, 216],
    [-252, -22, 0],
    [4, -22, 0],
    [0, 0, 0],
  ])('bpf_xdp_adjust_meta by %i: %i, %i bytes', async (delta, r0, length) => {
    const result = (await xdp(`r2 = ${delta}\ncall 54\nexit`)).run({ packet: new Uint8Array(64) });
    expect(result.verdict | 0).toBe(r0);
    expect(result.packet).toHaveLength(64 + length);
    expect(result.context).toEqual(md(length, 64 + length, 0, 0, 0, 0));
  });

  it('given by the caller stand before the packet', async () => {
    const text =
      'r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 8)\nr4 = r3\nr4 += 4\nif r4 > r2 goto bad\nr0 = *(u32 *)(r3 + 0)\nexit\nbad:\nr0 = 0\nexit';
    const packet = Uint8Array.from({ length: 64 }, (_, i) => i);
    const result = (await xdp(text)).run({ packet, context: md(4, 64) });
    expect(result.verdict).toBe(0x03020100);
    expect(result.packet).toEqual(packet);
  });

  it.each([
    ['data_end is not the length', md(0, 63)],
    ['a length that is no multiple of 4', md(3, 64)],
    ['more than 216 bytes', md(220, 64)],
    ['less than an Ethernet header behind it', md(52, 64)],
  ])('refused: %s', async (_what, context) => {
    const program = await xdp('r0 = 2\nexit');
    expect(() => program.run({ packet: new Uint8Array(64), context })).toThrow(PacketSizeError);
  });
});

describe('fields', () => {
  it.each([
    ['ingress_ifindex', 12, 1n],
    ['rx_queue_index', 16, 0n],
  ])('%s', async (_name, offset, value) => {
    const input = { packet: new Uint8Array(64) };
    expect(await evaluate(`r0 = *(u32 *)(r1 + ${offset})\nexit`, { type: 'xdp', input })).toBe(
      value,
    );
  });
});

describe('runBatch', () => {
  const sizes = [64, 60, 1500, 14, 3520, 100];
  const packets = sizes.map((size) => new Uint8Array(size).fill(size & 0xff));

  it('gives the verdict of each packet, and leaves the batch as it was', async () => {
    const text =
      'r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\n*(u8 *)(r2 + 0) = 99\nr0 = r3\nr0 -= r2\nexit';
    const batch = packetBatch(packets);
    const before = batch.data.slice();
    const result = (await xdp(text)).runBatch(batch);
    expect([...result.verdicts]).toEqual(sizes);
    expect(result).toMatchObject({ runs: 6, cost: { unit: 'ns' } });
    expect(batch.data).toEqual(before);
  });

  it('starts every repetition from the packet as given', async () => {
    const text = 'r2 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r2 + 0)\nr0 += 1\n*(u8 *)(r2 + 0) = r0\nexit';
    const result = (await xdp(text)).runBatch(packetBatch([new Uint8Array(64)]), { repeat: 5 });
    expect([...result.verdicts]).toEqual([1]);
    expect(result.runs).toBe(5);
  });

  it('takes more packets than fit its window, in any order', async () => {
    const count = 300;
    const data = packetBatch(
      Array.from({ length: count }, (_, i) => new Uint8Array(3000).fill(i % 251)),
    );
    const order = Uint32Array.from({ length: count }, (_, i) => ((i * 7) % count) * 3000);
    const result = (await xdp('r2 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r2 + 2999)\nexit')).runBatch({
      ...data,
      offsets: order,
    });
    expect([...result.verdicts]).toEqual([...order].map((offset) => (offset / 3000) % 251));
  });

  it('refuses a packet that does not fit, and runs on after it', async () => {
    const program = await xdp('r0 = 2\nexit');
    expect(() => program.runBatch(packetBatch([new Uint8Array(5)]))).toThrow(PacketSizeError);
    expect(program.run({ packet: new Uint8Array(64) }).verdict).toBe(2);
    expect(() => program.runBatch(packetBatch([]), { repeat: 0 })).toThrow(RangeError);
  });
});

it('egress_ifindex is for programs of a devmap', async () => {
  const linked = linkCode(assemble('r0 = *(u32 *)(r1 + 20)\nexit'), { type: 'xdp' });
  const attached = linked.programs.map((program) => ({ ...program, attachType: 'xdp' }));
  const object = await createInterpreter().load(
    trustWithoutVerification({ ...linked, programs: attached }, 'test'),
  );
  const program = object.programs.get('main');
  expect(() => program?.run({ packet: new Uint8Array(64) })).toThrow('xdp_md.egress_ifindex');
});
