import { linux } from '@anybpf/bytecode';
import type { PacketBatch } from '@anybpf/runtime';
import { Descriptors } from '../descriptor.ts';
import type { Libbpf } from '../libbpf-functions.ts';
import { mapCreateOptions, programLoadOptions } from '../options.ts';
import {
  type FeederSizes,
  feederProgram,
  STATE_FAILURES,
  STATE_PACKETS,
} from './feeder-program.ts';

/** Bytes of packets beyond which a batch is not fed from one map value. */
const MAX_DATA = 64 << 20;
const KEY_SIZE = 4;
const NAME = 'anybpf_feeder';

/** How the program under test was loaded: a tail call asks for the same. */
export interface FeederTarget {
  readonly fd: number;
  readonly attachType: number;
  readonly flags: number;
}

/**
 * Makes maps and program that feed a batch, packet by packet and again from the start, to an XDP
 * program. Made for one batch and closed after it.
 *
 * @returns null where kernel or privileges do not allow it (Linux 5.18, CAP_PERFMON)
 */
export function openFeeder(
  libbpf: Libbpf,
  target: FeederTarget,
  batch: PacketBatch,
): Feeder | null {
  const maxLength = batch.lengths.reduce((max, length) => Math.max(max, length), 0);
  const maxOffset = batch.data.byteLength;
  if (batch.count === 0 || maxOffset + maxLength > MAX_DATA) return null;
  const open = new Descriptors('a packet feeder');
  const state = initialState(batch);
  const data = new Uint8Array(new ArrayBuffer(maxOffset + maxLength));
  data.set(batch.data);

  const stateFd = createOne(libbpf, open, 'array', state.byteLength);
  const dataFd = createOne(libbpf, open, 'array', data.byteLength);
  const programsFd = createOne(libbpf, open, 'prog_array', 4);
  const sizes = { count: batch.count, maxOffset, maxLength };
  const fd = load(libbpf, target, [stateFd, dataFd, programsFd], sizes);
  if (fd >= 0) open.adopt(fd, 'the feeder');

  const program = new Uint8Array(Int32Array.of(target.fd).buffer);
  if (fd >= 0 && put(libbpf, dataFd, data) === 0 && put(libbpf, programsFd, program) === 0) {
    return new Feeder(libbpf, open, fd, stateFd, state);
  }
  open.closeAll();
  return null;
}

/** See `openFeeder`. */
export class Feeder {
  /** File descriptor for BPF_PROG_TEST_RUN. */
  readonly fd: number;
  readonly #libbpf: Libbpf;
  readonly #descriptors: Descriptors;
  readonly #stateFd: number;
  readonly #state: Uint8Array;

  constructor(
    libbpf: Libbpf,
    descriptors: Descriptors,
    fd: number,
    stateFd: number,
    state: Uint8Array,
  ) {
    this.fd = fd;
    this.#libbpf = libbpf;
    this.#descriptors = descriptors;
    this.#stateFd = stateFd;
    this.#state = state;
  }

  /** Before each call: the next packet is the first. @returns 0 or a negated errno */
  rewind(): number {
    return put(this.#libbpf, this.#stateFd, this.#state);
  }

  /** Runs since `rewind` that did not reach the program; negated errno where that is not known. */
  failures(): number {
    const state = new Uint8Array(new ArrayBuffer(this.#state.byteLength));
    const key = new Uint8Array(KEY_SIZE);
    const { byteLength } = state;
    const result = this.#libbpf.mapLookup(this.#stateFd, key, KEY_SIZE, state, byteLength);
    return result < 0 ? result : new DataView(state.buffer).getUint32(STATE_FAILURES, true);
  }

  close(): void {
    this.#descriptors.closeAll();
  }
}

function initialState({ count, offsets, lengths }: PacketBatch): Uint8Array {
  const state = new Uint8Array(new ArrayBuffer(STATE_PACKETS + 8 * count));
  const view = new DataView(state.buffer);
  for (let i = 0; i < count; i++) {
    view.setUint32(STATE_PACKETS + 8 * i, offsets[i] ?? 0, true);
    view.setUint32(STATE_PACKETS + 8 * i + 4, lengths[i] ?? 0, true);
  }
  return state;
}

/** A map of one entry. @returns its file descriptor or a negated errno */
function createOne(
  libbpf: Libbpf,
  open: Descriptors,
  type: 'array' | 'prog_array',
  valueSize: number,
): number {
  const number = linux.mapTypeByName(type)?.number ?? 0;
  const options = mapCreateOptions(libbpf, {});
  const fd = libbpf.mapCreate(number, NAME, KEY_SIZE, valueSize, 1, options);
  if (fd >= 0) open.adopt(fd, `a feeder's ${type}`);
  return fd;
}

/** Writes the one entry. @returns 0 or a negated errno */
function put(libbpf: Libbpf, fd: number, value: Uint8Array): number {
  const key = new Uint8Array(KEY_SIZE);
  return libbpf.mapUpdate(fd, key, KEY_SIZE, value, value.byteLength, 0);
}

function load(
  libbpf: Libbpf,
  target: FeederTarget,
  mapFds: readonly number[],
  sizes: FeederSizes,
): number {
  if (mapFds.some((fd) => fd < 0)) return -1;
  const options = programLoadOptions(libbpf, {
    attachType: target.attachType,
    flags: target.flags,
    mapFds,
  });
  const type = linux.programTypeByName('xdp')?.number ?? 0;
  return libbpf.programLoad(type, NAME, 'MIT', feederProgram(sizes), options.bytes);
}
