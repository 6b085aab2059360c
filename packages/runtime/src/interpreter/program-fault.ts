import { AnyBpfError, type LineInfo } from '@anybpf/bytecode';

/** What a program did that no verified program does. */
export type FaultKind =
  /** Access through 0 or a small number added to it. */
  | 'null-pointer'
  /** Access through a number that points nowhere. */
  | 'bad-pointer'
  /** Access before or past the live bounds of a region, or into the guard between two map values. */
  | 'out-of-bounds'
  /** Access through a packet pointer older than the last helper that moved the packet. */
  | 'stale-pointer'
  /** Access to memory that was given back: a submitted ring-buffer record. */
  | 'released'
  /** Store to read-only memory. */
  | 'read-only'
  /** Load or store of a context field in a width, or a direction, that the kernel refuses. */
  | 'bad-context-access'
  /** A helper argument of the wrong kind. */
  | 'bad-argument'
  /** Control ran past the last instruction, or to something that is not one. */
  | 'bad-jump'
  /** More than 8 frames. */
  | 'call-depth'
  /** Call of a helper that does not exist (indirect calls; others are refused at load). */
  | 'unknown-helper'
  /** An instruction whose CO-RE relocation the target cannot satisfy. */
  | 'poisoned'
  /** The instruction budget of the run is used up. */
  | 'budget'
  /** Wrong use of a spin lock or another object that must be paired. */
  | 'unpaired';

/** Where and what: see {@link ProgramFault}. */
export interface FaultDetail {
  readonly program: string;
  readonly slot: number;
  readonly line: LineInfo | null;
  readonly kind: FaultKind;
  /** What happened, e.g. `reads 4 bytes at packet+62, 2 bytes past its end (packet has 64 bytes)`. */
  readonly what: string;
  /** Name of the region, e.g. `packet`, `stack frame 0`, `map counters`; null where there is none. */
  readonly region: string | null;
  /** Bytes from the region's start; null without a region. */
  readonly offset: number | null;
  /** Bytes of the access; null where none was made. */
  readonly size: number | null;
  /** The 64-bit address as the program holds it; null where none was used. */
  readonly address: bigint | null;
}

/** A run was stopped by the checks of the interpreter. Its effects on maps up to there remain. */
export class ProgramFault extends AnyBpfError {
  readonly code = 'PROGRAM_FAULT';
  readonly program: string;
  /** Slot in the linked stream of the program. */
  readonly slot: number;
  readonly line: LineInfo | null;
  readonly kind: FaultKind;
  readonly region: string | null;
  readonly offset: number | null;
  readonly size: number | null;
  readonly address: bigint | null;

  constructor(detail: FaultDetail) {
    const { program, slot, line, what } = detail;
    const source = line === null ? '' : ` (${line.file}:${line.line})`;
    super(`${program}: instruction ${slot}${source}: ${what}`);
    this.program = program;
    this.slot = slot;
    this.line = line;
    this.kind = detail.kind;
    this.region = detail.region;
    this.offset = detail.offset;
    this.size = detail.size;
    this.address = detail.address;
  }
}
