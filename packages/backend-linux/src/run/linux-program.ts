import type { LinkedProgram, ProgramTypeName } from '@anybpf/bytecode';
import {
  type BatchOptions,
  type BatchResult,
  checkBatch,
  groupPackets,
  type PacketBatch,
  PacketSizeError,
  type Program,
  type ProgramInput,
  type RunResult,
  requireBytes,
  UnsupportedFeatureError,
} from '@anybpf/runtime';
import type { Descriptor } from '../descriptor.ts';
import { ENOTSUPP, ERRNO, errnoName } from '../errno.ts';
import { KernelRefusedError } from '../errors.ts';
import type { Libbpf } from '../libbpf-functions.ts';
import { holdInDispatcher } from './dispatcher-hold.ts';
import { type BatchFailure, runInOrder, runRepeated } from './run-batch.ts';
import { type RunShape, runShape } from './run-shape.ts';
import { runXdpRepeated } from './run-xdp-repeated.ts';
import { MAX_CONTEXT_SIZE, type TestRun } from './test-run.ts';

type PacketShape = Extract<RunShape, { kind: 'packet' }>;

const ETHERNET_HEADER = 14;
/** Offset of data_end in struct xdp_md; here it counts bytes of the input. */
const XDP_DATA_END = 4;

/** How a program was loaded. */
export interface LoadedProgram {
  readonly libbpf: Libbpf;
  readonly linked: LinkedProgram;
  readonly type: ProgramTypeName;
  readonly descriptor: Descriptor;
  /** enum bpf_attach_type and prog_flags that BPF_PROG_LOAD was given. */
  readonly attachType: number;
  readonly flags: number;
}

/** A loaded program, run through BPF_PROG_TEST_RUN over packets that never come from a network. */
export class LinuxProgram implements Program {
  readonly name: string;
  readonly type: ProgramTypeName;
  readonly linked: LinkedProgram;
  /** For program arrays. */
  readonly descriptor: Descriptor;
  readonly #loaded: LoadedProgram;
  readonly #test: TestRun;
  readonly #shape: RunShape | null;
  /** Whether an XDP program stays in the dispatcher; null as long as it was not tried. */
  #held: boolean | null = null;
  /** Context of packet programs for the next run. */
  readonly #context: Uint8Array;
  readonly #contextView: DataView;

  constructor(loaded: LoadedProgram, test: TestRun) {
    const { linked, type, descriptor } = loaded;
    this.name = linked.name;
    this.type = type;
    this.linked = linked;
    this.descriptor = descriptor;
    this.#loaded = loaded;
    this.#test = test;
    this.#shape = runShape(type);
    const contextSize = this.#shape?.kind === 'packet' ? this.#shape.contextSize : 0;
    this.#context = new Uint8Array(contextSize);
    this.#contextView = new DataView(this.#context.buffer);
  }

  /**
   * Context of packet programs: struct xdp_md or __sk_buff. With XDP, `data` is the number of bytes of
   * metadata that precede the frame in `packet`, and `data_end` the length of both.
   */
  run(input: ProgramInput): RunResult {
    const { fd } = this.descriptor;
    const shape = this.#shape;
    if (shape === null) throw this.#noTestRun();
    if (input.packet) requireBytes(input.packet, 'packet');
    if (input.context) requireBytes(input.context, 'context');
    return shape.kind === 'packet'
      ? this.#runPacket(fd, shape, input)
      : this.#runContext(fd, input, shape.kind === 'context-in-place');
  }

  runBatch(batch: PacketBatch, options: BatchOptions = {}): BatchResult {
    const { fd } = this.descriptor;
    const shape = this.#shape;
    if (shape?.kind !== 'packet') throw this.#noTestRun();
    const repeat = options.repeat ?? 1;
    if (!Number.isInteger(repeat) || repeat < 1) {
      throw new RangeError(`repeat is ${repeat}, a whole number from 1 on is needed`);
    }
    this.#checkBatch(batch, shape);
    const test = this.#test;
    test.setPacketSource(batch.data);
    test.setContext(null);
    test.setOutputs(false, false);
    const result =
      repeat === 1 || batch.count === 0
        ? runInOrder(test, fd, batch)
        : this.#runRepeatedly(fd, batch, repeat);
    if ('error' in result) throw this.#runError(result.error, `packet ${result.packet}`);
    return result;
  }

  #runRepeatedly(fd: number, batch: PacketBatch, repeat: number): BatchResult | BatchFailure {
    const groups = groupPackets(batch);
    if (this.type !== 'xdp') return runRepeated(this.#test, fd, batch, groups, repeat, 1);
    const { libbpf, attachType, flags } = this.#loaded;
    const target = { fd, attachType, flags };
    const hold = (): boolean => this.#hold();
    return runXdpRepeated(this.#test, { libbpf, target, hold }, batch, groups, repeat);
  }

  #hold(): boolean {
    const { fd, owner } = this.descriptor;
    this.#held ??= holdInDispatcher(this.#loaded.libbpf, owner, fd);
    return this.#held;
  }

  #runPacket(fd: number, shape: PacketShape, input: ProgramInput): RunResult {
    const packet = input.packet ?? new Uint8Array(0);
    this.#checkPacket(packet.byteLength, shape);
    const test = this.#test;
    test.setPacket(packet);
    test.setContext(this.#packetContext(shape, input.context, packet.byteLength));
    test.setOutputs(true, true);
    const error = test.call(fd, 1);
    if (error !== 0) throw this.#runError(error, `a packet of ${packet.byteLength} bytes`);
    const out = test.packetOut();
    if (shape.fromNetworkHeader) out.set(packet.subarray(0, Math.min(ETHERNET_HEADER, out.length)));
    return {
      verdict: test.verdict,
      packet: out,
      context: test.contextOut(),
      cost: { unit: 'ns', value: test.duration },
    };
  }

  #runContext(fd: number, input: ProgramInput, inPlace: boolean): RunResult {
    if (input.packet !== undefined && input.packet.byteLength > 0) {
      throw new PacketSizeError('packet', input.packet.byteLength, 0, 0, this.name);
    }
    const context = input.context ?? null;
    this.#checkContext(context, MAX_CONTEXT_SIZE);
    const test = this.#test;
    test.setPacketSource(null);
    test.setContext(context);
    test.setOutputs(false, false);
    // The kernel keeps no time for these types.
    const start = performance.now();
    const error = test.call(fd, 0);
    const end = performance.now();
    if (error !== 0) {
      throw this.#runError(error, `a context of ${context?.byteLength ?? 0} bytes`);
    }
    return {
      verdict: test.verdict,
      packet: null,
      context: context === null ? null : inPlace ? test.contextInPlace() : context.slice(),
      cost: { unit: 'ns', value: Math.round((end - start) * 1e6) },
    };
  }

  #packetContext(
    shape: PacketShape,
    given: Uint8Array | undefined,
    packetSize: number,
  ): Uint8Array {
    this.#checkContext(given ?? null, shape.contextSize);
    const context = this.#context;
    context.fill(0);
    if (given !== undefined) context.set(given);
    if (this.type === 'xdp') {
      const view = this.#contextView;
      if (given === undefined) view.setUint32(XDP_DATA_END, packetSize, true);
      const end = view.getUint32(XDP_DATA_END, true);
      if (end !== packetSize) throw new PacketSizeError('packet', packetSize, end, end, this.name);
    }
    return context;
  }

  #checkPacket(size: number, { limits }: PacketShape): void {
    if (size < limits.min || size > limits.max) {
      throw new PacketSizeError('packet', size, limits.min, limits.max, this.name);
    }
  }

  #checkBatch(batch: PacketBatch, shape: PacketShape): void {
    checkBatch(batch);
    for (let i = 0; i < batch.count; i++) this.#checkPacket(batch.lengths[i] ?? 0, shape);
  }

  #checkContext(context: Uint8Array | null, max: number): void {
    if (context !== null && context.byteLength > max) {
      throw new PacketSizeError('context', context.byteLength, 0, max, this.name);
    }
  }

  #noTestRun(): UnsupportedFeatureError {
    return new UnsupportedFeatureError(
      `running ${this.type} programs without attaching them (program ${this.name})`,
      'linux',
    );
  }

  #runError(error: number, input: string): Error {
    if (error === -ENOTSUPP || error === -ERRNO.EOPNOTSUPP) return this.#noTestRun();
    return new KernelRefusedError(
      `running ${this.name} over ${input}`,
      errnoName(error),
      error === -ERRNO.EINVAL
        ? 'the kernel does not take this packet or context for the program'
        : error === -ERRNO.ENOSPC
          ? 'the program made the packet larger than the room for it'
          : 'the kernel refuses the run',
    );
  }
}
