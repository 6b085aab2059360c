import { ERRNO } from '../errno.ts';
import type { Libbpf } from '../libbpf-functions.ts';
import { OptionStruct } from '../options.ts';

/** Fields of struct bpf_test_run_opts (bpf/bpf.h). */
const SIZE = 80;
const DATA_IN = 8;
const DATA_OUT = 16;
const DATA_SIZE_IN = 24;
const DATA_SIZE_OUT = 28;
const CTX_IN = 32;
const CTX_OUT = 40;
const CTX_SIZE_IN = 48;
const CTX_SIZE_OUT = 52;
const RETVAL = 56;
const REPEAT = 60;
const DURATION = 64;

/** No program type takes a larger packet. */
const PACKET_IN_SIZE = 4096;
/** Room for the packet after a run: programs may make it larger, to one page and more. */
const PACKET_OUT_SIZE = 1 << 17;
/** The kernel takes no larger context of any type. */
export const MAX_CONTEXT_SIZE = 0xffff;

/**
 * BPF_PROG_TEST_RUN, one call at a time over buffers that are allocated once and serve every program
 * of the backend. What is set for input stays set until it is set again; results are valid until
 * the next call.
 */
export class TestRun {
  readonly #libbpf: Libbpf;
  readonly #options: OptionStruct;
  readonly #packetIn: Uint8Array = new Uint8Array(new ArrayBuffer(PACKET_IN_SIZE));
  readonly #packetOut: Uint8Array = new Uint8Array(new ArrayBuffer(PACKET_OUT_SIZE));
  readonly #contextIn: Uint8Array = new Uint8Array(new ArrayBuffer(MAX_CONTEXT_SIZE));
  readonly #contextOut: Uint8Array = new Uint8Array(new ArrayBuffer(MAX_CONTEXT_SIZE));
  #packetSource: Uint8Array = new Uint8Array(0);
  #packetOffset = 0;
  #contextSize = 0;
  #wantsPacket = false;
  #wantsContext = false;

  constructor(libbpf: Libbpf) {
    this.#libbpf = libbpf;
    this.#options = new OptionStruct(libbpf, SIZE);
  }

  /** Buffer that `selectPacket` selects from; it stays referenced. null: no packet. */
  setPacketSource(data: Uint8Array | null): void {
    this.#options.setPointer(DATA_IN, data);
    this.#options.setU32(DATA_SIZE_IN, 0);
    this.#packetSource = data ?? new Uint8Array(0);
  }

  /** A copy of one packet, of a page at most, as source and selection. */
  setPacket(packet: Uint8Array): void {
    this.#packetIn.set(packet);
    this.setPacketSource(this.#packetIn);
    this.selectPacket(0, packet.byteLength);
  }

  /** @throws RangeError for bytes outside the source */
  selectPacket(offset: number, length: number): void {
    const room = this.#packetSource.byteLength;
    if (!(offset >= 0 && length > 0 && offset + length <= room)) {
      throw new RangeError(
        `a packet of ${length} bytes at ${offset} lies outside the ${room} bytes of its batch`,
      );
    }
    this.#packetOffset = offset;
    this.#options.movePointer(DATA_IN, offset);
    this.#options.setU32(DATA_SIZE_IN, length);
  }

  /** Copies the context; null: none. At most MAX_CONTEXT_SIZE bytes. */
  setContext(context: Uint8Array | null): void {
    this.#contextSize = context?.byteLength ?? 0;
    if (context !== null) this.#contextIn.set(context);
    this.#options.setPointer(CTX_IN, this.#contextSize === 0 ? null : this.#contextIn);
    this.#options.setU32(CTX_SIZE_IN, this.#contextSize);
  }

  /** Whether runs copy packet and context back: that costs, and some program types refuse it. */
  setOutputs(packet: boolean, context: boolean): void {
    this.#wantsPacket = packet;
    this.#wantsContext = context;
    this.#options.setPointer(DATA_OUT, packet ? this.#packetOut : null);
    this.#options.setPointer(CTX_OUT, context ? this.#contextOut : null);
  }

  /**
   * @param repeat runs on the same packet, each on what the one before left; 0 where the type
   *   takes no count
   * @returns 0 or a negated errno
   */
  call(fd: number, repeat: number): number {
    const options = this.#options;
    for (;;) {
      options.setU32(DATA_SIZE_OUT, this.#wantsPacket ? PACKET_OUT_SIZE : 0);
      options.setU32(CTX_SIZE_OUT, this.#wantsContext ? this.#contextSize : 0);
      options.setU32(RETVAL, 0);
      options.setU32(REPEAT, repeat);
      options.setU32(DURATION, 0);
      const result = this.#libbpf.programTestRun(fd, options.bytes);
      if (result !== -ERRNO.EINTR) return result;
    }
  }

  /** r0, as an unsigned 32-bit number. */
  get verdict(): number {
    return this.#options.getU32(RETVAL);
  }

  /** Nanoseconds per run, as the kernel measured them. */
  get duration(): number {
    return this.#options.getU32(DURATION);
  }

  /** Bytes of the packet after the run, copied back or not. */
  get packetSize(): number {
    return this.#options.getU32(DATA_SIZE_OUT);
  }

  /** Whether the packet after the run differs from the selected one. Needs the packet as an output. */
  packetChanged(): boolean {
    const length = this.packetSize;
    if (length !== this.#options.getU32(DATA_SIZE_IN)) return true;
    const before = this.#packetSource;
    const after = this.#packetOut;
    const offset = this.#packetOffset;
    for (let i = 0; i < length; i++) {
      if (after[i] !== before[offset + i]) return true;
    }
    return false;
  }

  /** A copy. */
  packetOut(): Uint8Array {
    return this.#packetOut.slice(0, this.packetSize);
  }

  /** A copy. */
  contextOut(): Uint8Array {
    return this.#contextOut.slice(0, this.#options.getU32(CTX_SIZE_OUT));
  }

  /** A copy of the input context, which programs of type `syscall` write to in place. */
  contextInPlace(): Uint8Array {
    return this.#contextIn.slice(0, this.#contextSize);
  }
}
