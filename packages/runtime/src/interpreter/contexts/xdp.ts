import type { ContextDescriptor } from '@anybpf/bytecode';
import { PacketSizeError } from '../../errors.ts';
import type { Machine } from '../machine.ts';
import type { RegisterIndex } from '../registers.ts';
import { checkPacketSize, type ProgramContext } from './context-memory.ts';
import { FieldContext } from './field-context.ts';

// Sizes of the kernel's test run on pages of 4 KiB (net/bpf/test_run.c, include/net/xdp.h).
const HEADROOM = 256;
const FRAME_SIZE = 4096;
/** sizeof(struct xdp_frame): helpers leave these bytes at the start of the headroom alone. */
export const XDP_FRAME = 40;
/** SKB_DATA_ALIGN(sizeof(struct skb_shared_info)). */
const TAILROOM = 320;
const ETHERNET = 14;

/** The loopback device, which the kernel runs tests on. */
const LOOPBACK = 1;

/** Offsets in struct xdp_md. */
interface MdOffsets {
  readonly data: number;
  readonly dataEnd: number;
  readonly dataMeta: number;
  readonly ingress: number;
  readonly queue: number;
  readonly egress: number;
}

/**
 * struct xdp_md as BPF_PROG_TEST_RUN sets it up. A given context says in `data` how many bytes at
 * the start of the packet are metadata, and in `data_end` how long both are; `data_meta` and
 * `egress_ifindex` must be 0. The result has the same form.
 */
export class XdpContext implements ProgramContext {
  readonly virtual = true;
  readonly #fields: FieldContext;
  readonly #program: string;
  readonly #at: MdOffsets;
  #metadata = 0;
  /** As given: the run on the loopback device does not show in the result. */
  #ingress = 0;

  constructor(descriptor: ContextDescriptor, attachType: string | null, program: string) {
    this.#fields = new FieldContext(descriptor, attachType);
    this.#program = program;
    this.#at = {
      data: this.#fields.offsetOf('data'),
      dataEnd: this.#fields.offsetOf('data_end'),
      dataMeta: this.#fields.offsetOf('data_meta'),
      ingress: this.#fields.offsetOf('ingress_ifindex'),
      queue: this.#fields.offsetOf('rx_queue_index'),
      egress: this.#fields.offsetOf('egress_ifindex'),
    };
  }

  begin(machine: Machine, packetSize: number, context: Uint8Array | null): number {
    checkPacketSize('xdp', packetSize, this.#program);
    const { arena, packet } = machine;
    const { view, contextStart } = arena;
    this.#metadata = 0;
    this.#ingress = 0;
    let queue = 0;
    if (context !== null) {
      const given = this.#read(context, packetSize);
      this.#metadata = given.metadata;
      this.#ingress = given.ingress;
      queue = given.queue;
    }
    view.setUint32(contextStart + this.#at.ingress, this.#ingress || LOOPBACK, true);
    view.setUint32(contextStart + this.#at.queue, queue, true);
    view.setUint32(contextStart + this.#at.egress, 0, true);
    arena.closeContext();

    const hardStart = arena.packetStart;
    const data = hardStart + HEADROOM;
    const start = data - this.#metadata;
    packet.begin(hardStart, data, start + packetSize, hardStart + FRAME_SIZE - TAILROOM, true);
    if (this.#metadata > 0) {
      packet.meta = start;
      packet.moved();
    }
    return start;
  }

  ready(_machine: Machine): void {}

  packetAfter(machine: Machine): Uint8Array {
    const { packet, arena } = machine;
    return arena.bytes.slice(packet.meta, packet.end);
  }

  contextAfter(machine: Machine): Uint8Array {
    const { packet, arena } = machine;
    const { contextStart, bytes } = arena;
    const size = this.#fields.descriptor.size;
    const out = bytes.slice(contextStart, contextStart + size);
    const view = new DataView(out.buffer);
    view.setUint32(this.#at.dataMeta, 0, true);
    view.setUint32(this.#at.ingress, this.#ingress, true);
    view.setUint32(this.#at.data, packet.data - packet.meta, true);
    view.setUint32(this.#at.dataEnd, packet.end - packet.meta, true);
    return out;
  }

  load(machine: Machine, d: RegisterIndex, offset: number, size: number): void {
    this.#fields.load(machine, d, offset, size);
  }

  store(machine: Machine, offset: number, size: number, lo: number, hi: number): void {
    this.#fields.store(machine, offset, size, lo, hi);
  }

  networkOffset(machine: Machine): number {
    return machine.packet.data + ETHERNET;
  }

  macOffset(machine: Machine): number {
    return machine.packet.data;
  }

  #read(
    context: Uint8Array,
    packetSize: number,
  ): { metadata: number; ingress: number; queue: number } {
    const size = this.#fields.descriptor.size;
    if (context.length > size) {
      throw new PacketSizeError('context', context.length, 0, size, this.#program);
    }
    const whole = new Uint8Array(size);
    whole.set(context);
    const view = new DataView(whole.buffer);
    const metadata = view.getUint32(this.#at.data, true);
    const end = view.getUint32(this.#at.dataEnd, true);
    if (end !== packetSize) {
      throw new PacketSizeError('packet', packetSize, end, end, this.#program);
    }
    const limit = Math.min(MAX_METADATA, packetSize - ETHERNET);
    if (metadata > limit || metadata % 4 !== 0) {
      throw new PacketSizeError('context', metadata, 0, limit, this.#program);
    }
    return {
      metadata,
      ingress: view.getUint32(this.#at.ingress, true),
      queue: view.getUint32(this.#at.queue, true),
    };
  }
}

/** The headroom less sizeof(struct xdp_frame), which the kernel keeps at its start. */
const MAX_METADATA = HEADROOM - XDP_FRAME;
