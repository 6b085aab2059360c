import { InternalError } from '@anybpf/bytecode';
import type { Libbpf } from './libbpf-functions.ts';

/** Keeps what a struct points to in memory as long as its bytes are, a foreign call included. */
const REFERENCED: WeakMap<Uint8Array, Map<number, Uint8Array>> = new WeakMap();

/**
 * An option struct of libbpf (bpf/bpf.h, 1.1), written by hand on a 64-bit little-endian machine:
 *
 *     offset 0     8 bytes   sz, size of the struct: newer libraries take the shorter, older one
 *     offset 8 ..            fields
 *
 * Buffers that a field points to stay referenced, and so in place, as long as the struct is.
 */
export class OptionStruct {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #libbpf: Libbpf;
  readonly #referenced: Map<number, Uint8Array> = new Map<number, Uint8Array>();
  /** Asking for an address costs as much as a short call. */
  readonly #addresses: WeakMap<Uint8Array, number> = new WeakMap<Uint8Array, number>();

  constructor(libbpf: Libbpf, size: number) {
    this.#libbpf = libbpf;
    this.bytes = new Uint8Array(new ArrayBuffer(size));
    this.#view = new DataView(this.bytes.buffer);
    this.#view.setUint32(0, size, true);
    REFERENCED.set(this.bytes, this.#referenced);
  }

  getU32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  setU64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, value, true);
  }

  /** Points the field at `buffer`; null for a null pointer. */
  setPointer(at: number, buffer: Uint8Array | null): void {
    if (buffer === null || buffer.byteLength === 0) {
      this.#referenced.delete(at);
      this.#writeAddress(at, 0);
      return;
    }
    let address = this.#addresses.get(buffer);
    if (address === undefined) {
      address = this.#libbpf.address(buffer);
      this.#addresses.set(buffer, address);
    }
    this.#referenced.set(at, buffer);
    this.#writeAddress(at, address);
  }

  /** Moves the field to an offset in the buffer that it points to; allocates nothing. */
  movePointer(at: number, offset: number): void {
    const buffer = this.#referenced.get(at);
    const address = buffer === undefined ? undefined : this.#addresses.get(buffer);
    if (address === undefined) throw new InternalError(`no buffer is referenced at ${at}`);
    this.#writeAddress(at, address + offset);
  }

  #writeAddress(at: number, address: number): void {
    this.#view.setUint32(at, address >>> 0, true);
    this.#view.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
  }
}

/** What a field left out means is 0: none. */
export interface MapCreateFields {
  readonly flags?: number;
  readonly extra?: bigint;
  readonly numaNode?: number;
  /** Template of a map of maps. */
  readonly innerMapFd?: number;
  readonly btfFd?: number;
  readonly btfKeyTypeId?: number;
  readonly btfValueTypeId?: number;
}

/** struct bpf_map_create_opts. */
export function mapCreateOptions(libbpf: Libbpf, fields: MapCreateFields): Uint8Array {
  const options = new OptionStruct(libbpf, 48);
  options.setU32(8, fields.btfFd ?? 0);
  options.setU32(12, fields.btfKeyTypeId ?? 0);
  options.setU32(16, fields.btfValueTypeId ?? 0);
  options.setU32(24, fields.innerMapFd ?? 0);
  options.setU32(28, fields.flags ?? 0);
  options.setU64(32, fields.extra ?? 0n);
  options.setU32(40, fields.numaNode ?? 0);
  return options.bytes;
}

/** What a field left out means is 0: none. */
export interface ProgramLoadFields {
  readonly attachType?: number;
  /** BPF_F_SLEEPABLE, BPF_F_XDP_HAS_FRAGS, ... */
  readonly flags?: number;
  readonly kernelVersion?: number;
  /** vmlinux BTF id of the function or hook. */
  readonly attachBtfId?: number;
  /** Descriptors of the maps that map-index lddw count. */
  readonly mapFds: readonly number[];
  readonly debug?: ProgramDebugInfo;
  /** Where the verifier's log goes; null for none. */
  readonly log?: Uint8Array | null;
}

export interface ProgramDebugInfo {
  readonly btfFd: number;
  /** struct bpf_func_info records. */
  readonly functions: Uint8Array;
  /** struct bpf_line_info records. */
  readonly lines: Uint8Array;
}

/** Bytes of struct bpf_func_info. */
export const FUNCTION_INFO_SIZE = 8;
/** Bytes of struct bpf_line_info. */
export const LINE_INFO_SIZE = 16;

/** struct bpf_prog_load_opts; `bytes` of the result is what libbpf takes. */
export function programLoadOptions(libbpf: Libbpf, fields: ProgramLoadFields): OptionStruct {
  const { debug, log, mapFds } = fields;
  const options = new OptionStruct(libbpf, 104);
  options.setU32(12, fields.attachType ?? 0);
  options.setU32(20, fields.flags ?? 0);
  options.setU32(28, fields.kernelVersion ?? 0);
  options.setU32(32, fields.attachBtfId ?? 0);
  options.setPointer(48, new Uint8Array(Int32Array.from(mapFds).buffer));
  if (debug) {
    options.setU32(16, debug.btfFd);
    options.setPointer(56, debug.functions);
    options.setU32(64, debug.functions.byteLength / FUNCTION_INFO_SIZE);
    options.setU32(68, FUNCTION_INFO_SIZE);
    options.setPointer(72, debug.lines);
    options.setU32(80, debug.lines.byteLength / LINE_INFO_SIZE);
    options.setU32(84, LINE_INFO_SIZE);
  }
  if (log) {
    options.setU32(88, 1);
    options.setU32(92, log.byteLength);
    options.setPointer(96, log);
  }
  return options;
}

/** struct bpf_link_create_opts up to its flags. */
export function linkCreateOptions(libbpf: Libbpf, flags: number): Uint8Array {
  const options = new OptionStruct(libbpf, 16);
  options.setU32(8, flags);
  return options.bytes;
}
