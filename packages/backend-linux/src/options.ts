import { InternalError } from '@anybpf/bytecode';
import type { Libbpf } from './libbpf.ts';

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
    } else {
      this.#referenced.set(at, buffer);
      this.#writeAddress(at, this.#libbpf.address(buffer));
    }
  }

  /** Moves a field that points into a buffer, given that buffer's address; allocates nothing. */
  movePointer(at: number, address: number, offset: number): void {
    if (!this.#referenced.has(at)) throw new InternalError(`no buffer is referenced at ${at}`);
    this.#writeAddress(at, address + offset);
  }

  #writeAddress(at: number, address: number): void {
    this.#view.setUint32(at, address >>> 0, true);
    this.#view.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
  }
}

export interface MapCreateFields {
  readonly flags: number;
  readonly extra: bigint;
  readonly numaNode: number;
  /** Template of a map of maps; 0 without. */
  readonly innerMapFd: number;
  /** 0 without. */
  readonly btfFd: number;
  readonly btfKeyTypeId: number;
  readonly btfValueTypeId: number;
}

/** struct bpf_map_create_opts. */
export function mapCreateOptions(libbpf: Libbpf, fields: MapCreateFields): Uint8Array {
  const options = new OptionStruct(libbpf, 48);
  options.setU32(8, fields.btfFd);
  options.setU32(12, fields.btfKeyTypeId);
  options.setU32(16, fields.btfValueTypeId);
  options.setU32(24, fields.innerMapFd);
  options.setU32(28, fields.flags);
  options.setU64(32, fields.extra);
  options.setU32(40, fields.numaNode);
  return options.bytes;
}

export interface ProgramLoadFields {
  readonly attachType: number;
  /** BPF_F_SLEEPABLE, BPF_F_XDP_HAS_FRAGS, ... */
  readonly flags: number;
  readonly kernelVersion: number;
  /** vmlinux BTF id of the function or hook; 0 without. */
  readonly attachBtfId: number;
  /** Map file descriptors that map-index lddw count; 4 bytes each. */
  readonly mapFds: Uint8Array;
  /** 0 without. */
  readonly btfFd: number;
  /** struct bpf_func_info records. */
  readonly functionInfo: Uint8Array;
  /** struct bpf_line_info records. */
  readonly lineInfo: Uint8Array;
  /** Where the verifier's log goes; null for none. */
  readonly log: Uint8Array | null;
}

/** Bytes of struct bpf_func_info. */
export const FUNCTION_INFO_SIZE = 8;
/** Bytes of struct bpf_line_info. */
export const LINE_INFO_SIZE = 16;

/** struct bpf_prog_load_opts; `bytes` of the result is what libbpf takes. */
export function programLoadOptions(libbpf: Libbpf, fields: ProgramLoadFields): OptionStruct {
  const options = new OptionStruct(libbpf, 104);
  options.setU32(12, fields.attachType);
  options.setU32(16, fields.btfFd);
  options.setU32(20, fields.flags);
  options.setU32(28, fields.kernelVersion);
  options.setU32(32, fields.attachBtfId);
  options.setPointer(48, fields.mapFds);
  if (fields.functionInfo.byteLength > 0) {
    options.setPointer(56, fields.functionInfo);
    options.setU32(64, fields.functionInfo.byteLength / FUNCTION_INFO_SIZE);
    options.setU32(68, FUNCTION_INFO_SIZE);
  }
  if (fields.lineInfo.byteLength > 0) {
    options.setPointer(72, fields.lineInfo);
    options.setU32(80, fields.lineInfo.byteLength / LINE_INFO_SIZE);
    options.setU32(84, LINE_INFO_SIZE);
  }
  if (fields.log !== null) {
    options.setU32(88, 1);
    options.setU32(92, fields.log.byteLength);
    options.setPointer(96, fields.log);
  }
  return options;
}
