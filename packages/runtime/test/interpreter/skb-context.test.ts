import type { ProgramTypeName } from '@anybpf/bytecode';
import { describe, expect, it } from 'vitest';
import { PacketSizeError } from '../../src/index.ts';
import { evaluate, fromHex, loadText } from './load-text.ts';

/** What Linux 6.18 gives for the same program and input (BPF_PROG_TEST_RUN). */

function frame(ethertype: number, size = 64, destination = '000000000000'): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(fromHex(destination));
  if (size >= 14) new DataView(bytes.buffer).setUint16(12, ethertype);
  return bytes;
}

describe('sizes', () => {
  it.each<[ProgramTypeName, number, number, boolean]>([
    ['sched_cls', 0x0806, 14, true],
    ['sched_cls', 0x0806, 13, false],
    ['sched_cls', 0x0806, 3712, true],
    ['sched_cls', 0x0806, 3713, false],
    ['socket_filter', 0x0800, 33, false],
    ['socket_filter', 0x0800, 34, true],
    ['lwt_xmit', 0x86dd, 53, false],
    ['cgroup_skb', 0x86dd, 54, true],
  ])('%s, ethertype %i, %i bytes: %s', async (type, ethertype, size, runs) => {
    const { program } = await loadText('r0 = 1\nexit', { type });
    const run = (): unknown => program.run({ packet: frame(ethertype, size) }).verdict;
    if (runs) expect(run()).toBe(1);
    else expect(run).toThrow(PacketSizeError);
  });
});

describe('fields at entry', () => {
  const field = (offset: number, packet: Uint8Array, type: ProgramTypeName = 'sched_cls') =>
    evaluate(`r0 = *(u32 *)(r1 + ${offset})\nexit`, { type, input: { packet } });

  it.each<[string, number, ProgramTypeName, bigint]>([
    ['len', 0, 'sched_cls', 64n],
    ['len', 0, 'socket_filter', 50n],
    ['len', 0, 'lwt_in', 50n],
    ['ingress_ifindex', 36, 'sched_cls', 0n],
    ['ifindex', 40, 'sched_cls', 1n],
    ['wire_len', 160, 'sched_cls', 0n],
  ])('%s of %s', async (_name, offset, type, value) => {
    expect(await field(offset, frame(0x0800), type)).toBe(value);
  });

  it.each([
    [0x0800, 0x0008n],
    [0x86dd, 0xdd86n],
    [0x8100, 0x0081n],
    [0x05dc, 0x0400n],
    [0x0000, 0x0400n],
  ])('protocol of ethertype %i', async (ethertype, value) => {
    expect(await field(16, frame(ethertype))).toBe(value);
  });

  it('protocol of a raw 802.3 frame', async () => {
    const packet = frame(0x0100);
    packet.set([0xff, 0xff], 14);
    expect(await field(16, packet)).toBe(0x0100n);
  });

  it.each([
    ['000000000000', 0n],
    ['010203040506', 2n],
    ['ffffffffffff', 2n],
    ['020304050607', 3n],
  ])('pkt_type of a frame to %s', async (destination, value) => {
    expect(await field(4, frame(0x0800, 64, destination))).toBe(value);
  });

  it('narrow loads that reach past the kernel’s own field get all of it', async () => {
    const packet = frame(0x0800);
    const load = (width: string, offset: number): Promise<bigint> =>
      evaluate(`r0 = *(${width} *)(r1 + ${offset})\nexit`, {
        type: 'sched_cls',
        input: { packet },
      });
    expect(await load('u16', 18)).toBe(8n);
    expect(await load('u8', 18)).toBe(0n);
  });
});

describe('stores', () => {
  it.each([
    ['mark', 8, 0x1234_5678, 0x1234_5678n],
    ['queue_mapping', 12, 70_000, 0n],
    ['queue_mapping', 12, 65_534, 65_534n],
    ['tc_index', 44, 70_000, 4464n],
    ['tc_classid', 72, 65_536, 0n],
    ['cb[4]', 64, -1, 0xffff_ffffn],
  ])('%s', async (_name, offset, value, read) => {
    const text = `r2 = ${value}\n*(u32 *)(r1 + ${offset}) = r2\nr0 = *(u32 *)(r1 + ${offset})\nexit`;
    expect(await evaluate(text, { type: 'sched_cls', input: { packet: frame(0x0800) } })).toBe(
      read,
    );
  });
});

describe('the packet', () => {
  const packet = Uint8Array.from({ length: 64 }, (_, i) => i);
  packet.set([8, 0], 12);
  const first = 'r2 = 0\nr3 = r10\nr3 += -8\nr4 = 4\ncall 26\nr0 = *(u32 *)(r10 - 8)\nexit';

  it('of traffic control begins with the Ethernet header', async () => {
    const { program } = await loadText(first, { type: 'sched_cls' });
    const result = program.run({ packet });
    expect(result.verdict).toBe(0x03020100);
    expect(result.packet).toEqual(packet);
  });

  it.each<ProgramTypeName>(['socket_filter', 'lwt_xmit'])(
    'of %s begins behind it, and comes back with the one that was given',
    async (type) => {
      const { program } = await loadText(first, { type });
      const result = program.run({ packet });
      expect(result.verdict).toBe(0x11100f0e);
      expect(result.packet).toEqual(packet);
    },
  );

  /** [width, offset, r0]: LD_ABS; out of bounds the program returns 0. */
  it.each([
    ['u8', 0, 0],
    ['u8', 63, 63],
    ['u8', 64, 0],
    ['u16', 62, 0x3e3f],
    ['u16', 63, 0],
    ['u32', 60, 0x3c3d3e3f],
    ['u32', 61, 0],
    ['u16', -0x100000, 0x0e0f],
    ['u16', -0x200000 + 12, 0x0800],
    ['u8', -1, 0],
  ])('LD_ABS %s at %i', async (width, offset, value) => {
    const text = `r6 = r1\nr0 = 5\nr0 = *(${width} *)skb[${offset}]\nr0 += 0\nexit`;
    const { program } = await loadText(text, { type: 'sched_cls' });
    expect(program.run({ packet }).verdict).toBe(value);
  });

  it('LD_IND adds its register', async () => {
    const text = 'r6 = r1\nr7 = 20\nr0 = *(u16 *)skb[r7 + 2]\nexit';
    const { program } = await loadText(text, { type: 'socket_filter' });
    expect(program.run({ packet }).verdict).toBe(0x2425);
  });
});

describe('a given context', () => {
  const given = (words: Record<number, number>, size = 192): Uint8Array => {
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    for (const [offset, word] of Object.entries(words)) view.setUint32(Number(offset), word, true);
    return bytes;
  };

  it('sets mark, priority, ifindex, cb, tstamp, wire_len and gso fields, and gets them back', async () => {
    const { program } = await loadText('*(u32 *)(r1 + 8) = 55\nr0 = *(u32 *)(r1 + 48)\nexit', {
      type: 'sched_cls',
    });
    const context = given({ 8: 5, 32: 6, 48: 7, 152: 9, 160: 100, 164: 3, 176: 8 });
    const result = program.run({ packet: frame(0x0800), context });
    expect(result.verdict).toBe(7);
    expect(result.context).toEqual(
      given({ 8: 55, 32: 6, 40: 1, 48: 7, 152: 9, 160: 100, 164: 3, 176: 8 }),
    );
  });

  it.each([
    ['len', { 0: 1 }],
    ['protocol', { 16: 1 }],
    ['hash', { 68: 1 }],
    ['data_end', { 80: 64 }],
    ['wire_len below len', { 160: 63 }],
    ['wire_len above 64 KiB', { 160: 65_537 }],
  ])('may not set %s', async (_name, words) => {
    const { program } = await loadText('r0 = 0\nexit', { type: 'sched_cls' });
    const run = (): unknown => program.run({ packet: frame(0x0800), context: given(words) });
    expect(run).toThrow(PacketSizeError);
  });
});

describe('the socket', () => {
  const packet = frame(0x0800);
  packet.set([10, 1, 2, 3, 11, 4, 5, 6], 26);
  it.each([
    ['family', 4, 2n],
    ['state', 72, 7n],
    ['src_ip4', 24, 0x0302_010an],
    ['dst_ip4', 52, 0x0605_040bn],
    ['rx_queue_mapping', 76, 0xffff_ffffn],
  ])('%s', async (_name, offset, value) => {
    const text = `r1 = *(u64 *)(r1 + 168)\ncall 95\nr0 = *(u32 *)(r0 + ${offset})\nexit`;
    expect(await evaluate(text, { type: 'sched_cls', input: { packet } })).toBe(value);
  });
});
