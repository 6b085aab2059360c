import { type ProgramTypeName, trustWithoutVerification } from '@anybpf/bytecode';
import {
  ClosedError,
  createInterpreter,
  PacketSizeError,
  packetLimits,
  UnsupportedFeatureError,
} from '@anybpf/runtime';
import { expect, it } from 'vitest';
import { KernelRefusedError } from '../src/index.ts';
import { describeLinux, frame, link, load, loadProgram, only, u32 } from './support.ts';

const BPF_SKB_CHANGE_HEAD = 43;
const BPF_XDP_ADJUST_HEAD = 44;
const BPF_XDP_ADJUST_META = 54;
const BPF_XDP_ADJUST_TAIL = 65;

/** Calls an XDP helper that takes the context and a signed distance; 2 if it refuses. */
const adjust = (helper: number, by: number): string => `
  r2 = ${by}
  call ${helper}
  if r0 == 0 goto good
  r0 = 2
  exit
good:
  r0 = 1
  exit`;

/** Writes 0x77 to the first byte of the packet, as the context of the type points to it. */
const writeFirstByte = (data: number, dataEnd: number, verdict: number): string => `
  r2 = *(u32 *)(r1 + ${data})
  r3 = *(u32 *)(r1 + ${dataEnd})
  r4 = r2
  r4 += 1
  if r4 > r3 goto out
  r5 = 119
  *(u8 *)(r2 + 0) = r5
out:
  r0 = ${verdict}
  exit`;

describeLinux('XDP runs', () => {
  it.each([
    ['r0 = 0', 0],
    ['r0 = 2', 2],
    ['r0 = -1', 0xffff_ffff],
    ['r0 = 0x1ffffffff ll\nr0 += 2', 1],
  ])('%s: the verdict is r0 as an unsigned 32-bit number', async (text, verdict) => {
    const program = await loadProgram(`${text}\nexit`);
    const result = program.run({ packet: frame(64) });
    expect(result.verdict).toBe(verdict);
    expect(result.packet).toEqual(frame(64));
    expect(result.cost.unit).toBe('ns');
  });

  it('gives back what the program wrote and leaves the input alone', async () => {
    const program = await loadProgram(writeFirstByte(0, 4, 3));
    const packet = frame(60);
    const expected = frame(60);
    expected[0] = 119;
    const result = program.run({ packet });
    expect(result).toMatchObject({ verdict: 3, packet: expected, context: u32(0, 60, 0, 0, 0, 0) });
    expect(packet).toEqual(frame(60));
  });

  it.each([
    { what: 'adds 20 bytes in front', helper: BPF_XDP_ADJUST_HEAD, by: -20, size: 84 },
    { what: 'takes 14 bytes off the front', helper: BPF_XDP_ADJUST_HEAD, by: 14, size: 50 },
    { what: 'adds 100 bytes at the end', helper: BPF_XDP_ADJUST_TAIL, by: 100, size: 164 },
    { what: 'cuts the end', helper: BPF_XDP_ADJUST_TAIL, by: -30, size: 34 },
  ])('adjust: $what', async ({ helper, by, size }) => {
    const program = await loadProgram(adjust(helper, by));
    const { verdict, packet, context } = program.run({ packet: frame(64) });
    expect({ verdict, size: packet?.length }).toEqual({ verdict: 1, size });
    expect(context).toEqual(u32(0, size, 0, 0, 0, 0));
  });

  it('metadata stands before the frame; the context says how much', async () => {
    const program = await loadProgram(adjust(BPF_XDP_ADJUST_META, -8));
    const { packet, context } = program.run({ packet: frame(64) });
    expect(packet).toHaveLength(72);
    expect(context).toEqual(u32(8, 72, 0, 0, 0, 0));
  });

  it('takes metadata and a queue from the context', async () => {
    const program = await loadProgram(`
      r2 = *(u32 *)(r1 + 0)
      r3 = *(u32 *)(r1 + 8)
      r2 -= r3
      r0 = r2
      exit`);
    expect(program.run({ packet: frame(64), context: u32(4, 64, 0, 0, 0, 0) }).verdict).toBe(4);
    expect(program.run({ packet: frame(64), context: u32(4, 64) }).verdict).toBe(4);
  });

  it.each([
    { what: 'a context for another packet', context: u32(0, 63), error: PacketSizeError },
    { what: 'a context that is too long', context: new Uint8Array(25), error: PacketSizeError },
    { what: 'metadata of 3 bytes', context: u32(3, 64), error: KernelRefusedError },
    {
      what: 'a device that is not there',
      context: u32(0, 64, 0, 1 << 30),
      error: KernelRefusedError,
    },
  ])('refuses $what', async ({ context, error }) => {
    const program = await loadProgram('r0 = 0\nexit');
    expect(() => program.run({ packet: frame(64), context })).toThrow(error);
  });
});

describeLinux('packet sizes', () => {
  const types: readonly ProgramTypeName[] = ['xdp', 'sched_cls', 'socket_filter', 'cgroup_skb'];
  it.each(types)('%s takes what the limits say, in and out', async (type) => {
    const { min, max } = packetLimits(type) ?? { min: 0, max: 0 };
    const program = await loadProgram('r0 = 1\nexit', { type });
    for (const size of [min, max]) {
      expect(program.run({ packet: frame(size) }).packet).toEqual(frame(size));
    }
    for (const size of [0, min - 1, max + 1, 100_000]) {
      const error = { what: 'packet', size, min, max, program: 'program' };
      expect(() => program.run({ packet: frame(size) })).toThrow(PacketSizeError);
      expect(() => program.run({ packet: frame(size) })).toThrow(expect.objectContaining(error));
    }
  });
});

describeLinux('skb runs', () => {
  const SKB_LEN = 0;
  const SKB_MARK = 8;

  it.each(['sched_cls', 'socket_filter'] as const)('%s: length and mark', async (type) => {
    const context = new Uint8Array(192);
    new DataView(context.buffer).setUint32(SKB_MARK, 7, true);
    const program = await loadProgram(
      `r2 = *(u32 *)(r1 + ${SKB_LEN})
      r3 = *(u32 *)(r1 + ${SKB_MARK})
      r0 = r2
      r0 <<= 8
      r0 |= r3
      exit`,
      { type },
    );
    const result = program.run({ packet: frame(64), context });
    // Socket filters see the packet from the network header on.
    expect(result.verdict).toBe(((type === 'sched_cls' ? 64 : 50) << 8) | 7);
    expect(result.packet).toEqual(frame(64));
    expect(result.context).toHaveLength(192);
  });

  // lwt_xmit makes room in front, over the Ethernet header that it does not see.
  it.each<[ProgramTypeName, string]>([
    ['socket_filter', 'r0 = 1'],
    ['cgroup_skb', 'r0 = 1'],
    ['lwt_in', 'r0 = 1'],
    ['lwt_xmit', `r2 = 4\nr3 = 0\ncall ${BPF_SKB_CHANGE_HEAD}\nr0 = 1`],
    ['sched_cls', `r2 = 4\nr3 = 0\ncall ${BPF_SKB_CHANGE_HEAD}\nr0 = 1`],
  ])('%s: the packet comes back as from the interpreter', async (type, text) => {
    const packet = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
    const linked = link(`${text}\nexit`, { type });
    const reference = await createInterpreter().load(trustWithoutVerification(linked, 'a test'));
    const expected = only(reference.programs).run({ packet });
    const result = only((await load(linked)).programs).run({ packet });
    expect(result.packet).toEqual(expected.packet);
    expect(result.verdict).toBe(expected.verdict);
    if (type !== 'sched_cls')
      expect(result.packet?.subarray(0, 14)).toEqual(packet.subarray(0, 14));
  });

  it('a classifier writes to packet and context', async () => {
    const program = await loadProgram(
      `r5 = 42\n*(u32 *)(r1 + ${SKB_MARK}) = r5\n${writeFirstByte(76, 80, 2)}`,
      { type: 'sched_cls' },
    );
    const { packet, context } = program.run({ packet: frame(64) });
    expect(packet?.[0]).toBe(119);
    expect(context?.[SKB_MARK]).toBe(42);
  });
});

describeLinux('programs without a packet', () => {
  it('syscall: the context is read and written in place', async () => {
    const program = await loadProgram(
      'r2 = *(u64 *)(r1 + 0)\nr2 += 1\n*(u64 *)(r1 + 8) = r2\nr0 = 5\nexit',
      { type: 'syscall' },
    );
    const context = u32(41, 0, 9, 9);
    const result = program.run({ context });
    expect(result).toMatchObject({ verdict: 5, packet: null, context: u32(41, 0, 42, 0) });
    expect(context).toEqual(u32(41, 0, 9, 9));
    expect(() => program.run({ context: u32(41) })).toThrow(KernelRefusedError);
    expect(() => program.run({ context: new Uint8Array(65536) })).toThrow(PacketSizeError);
    expect(() => program.run({ packet: frame(64), context })).toThrow(PacketSizeError);
  });

  it('raw_tracepoint: arguments in, r0 out', async () => {
    const program = await loadProgram('r0 = *(u64 *)(r1 + 8)\nexit', { type: 'raw_tracepoint' });
    expect(program.run({ context: u32(1, 0, 77, 0) }).verdict).toBe(77);
  });

  it.each(['kprobe', 'tracepoint', 'perf_event', 'sk_msg'] as const)(
    '%s programs load, and say that they cannot be run',
    async (type) => {
      const program = await loadProgram('r0 = 0\nexit', { type });
      for (const use of [
        () => program.run({}),
        () =>
          program.runBatch({
            count: 0,
            data: new Uint8Array(0),
            offsets: new Uint32Array(0),
            lengths: new Uint32Array(0),
            arrivals: null,
          }),
      ]) {
        expect(use).toThrow(UnsupportedFeatureError);
        expect(use).toThrow(new RegExp(type));
      }
    },
  );
});

describeLinux('closed programs', () => {
  it('throw ClosedError', async () => {
    const object = await load(link('r0 = 0\nexit'));
    const program = only(object.programs);
    await object.close();
    expect(() => program.run({ packet: frame(64) })).toThrow(ClosedError);
    expect(() => program.run({ packet: frame(1) })).toThrow(ClosedError);
  });
});
