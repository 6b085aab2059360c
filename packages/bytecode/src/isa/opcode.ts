import type {
  AccessSize,
  AluOp,
  AtomicOp,
  Instruction,
  JumpOp,
  LddwSource,
  Width,
} from './instruction.ts';

/**
 * RFC 9669 section 2.4. `callx` is no group of the RFC: it is the name under which PREVAIL and
 * bpf_conformance keep the indirect call that LLVM emits.
 */
export type ConformanceGroup =
  | 'base32'
  | 'base64'
  | 'atomic32'
  | 'atomic64'
  | 'divmul32'
  | 'divmul64'
  | 'packet'
  | 'callx';

/** LLVM's `-mcpu` level that introduced it; `kernel` where no level has it, Linux alone. */
export type IsaVersion = 'v1' | 'v2' | 'v3' | 'v4' | 'kernel';

/** RFC 9669 section 3.1: the low three bits of the opcode. */
export type InstructionClass = 'LD' | 'LDX' | 'ST' | 'STX' | 'ALU' | 'JMP' | 'JMP32' | 'ALU64';

/** The five fields of a slot, decoded; `nextImm` is the imm of the second slot of lddw, else 0. */
export interface Fields {
  readonly dst: number;
  readonly src: number;
  /** Signed 16-bit. */
  readonly offset: number;
  /** Signed 32-bit. */
  readonly imm: number;
  readonly nextImm: number;
}

/** What an opcode row fixes of an `Instruction`: everything but its operands. */
export type Shape =
  | {
      readonly kind: 'alu';
      readonly op: AluOp;
      readonly width: Width;
      readonly source: 'reg' | 'imm';
    }
  | { readonly kind: 'neg'; readonly width: Width }
  | { readonly kind: 'movsx'; readonly width: Width; readonly fromBits: 8 | 16 | 32 }
  | { readonly kind: 'addr-space-cast' }
  | {
      readonly kind: 'endian';
      readonly op: 'le' | 'be' | 'bswap';
      readonly bits: 16 | 32 | 64;
    }
  | { readonly kind: 'lddw'; readonly source: LddwSource }
  | { readonly kind: 'load'; readonly size: AccessSize; readonly signed: boolean }
  | { readonly kind: 'store'; readonly size: AccessSize; readonly source: 'reg' | 'imm' }
  | {
      readonly kind: 'atomic';
      readonly op: AtomicOp;
      readonly fetch: boolean;
      readonly size: 4 | 8;
    }
  | { readonly kind: 'load-acquire'; readonly size: AccessSize }
  | { readonly kind: 'store-release'; readonly size: AccessSize }
  | { readonly kind: 'legacy-load'; readonly mode: 'abs' | 'ind'; readonly size: 1 | 2 | 4 }
  | {
      readonly kind: 'jump';
      readonly op: JumpOp;
      readonly width: Width;
      readonly source: 'reg' | 'imm';
    }
  | { readonly kind: 'ja'; readonly wide: boolean }
  | { readonly kind: Exclude<Instruction['kind'], ShapedKind> };

type ShapedKind =
  | 'alu'
  | 'neg'
  | 'movsx'
  | 'addr-space-cast'
  | 'endian'
  | 'lddw'
  | 'load'
  | 'store'
  | 'atomic'
  | 'load-acquire'
  | 'store-release'
  | 'legacy-load'
  | 'jump'
  | 'ja';

/**
 * One row of the instruction set, laid out like RFC 9669 appendix A: the opcode byte with the value
 * that each field must have. `any` is a free value, `register` 0 to 10.
 *
 * The texts are templates of both notations: literal tokens and `{placeholders}`, read by assembler
 * and disassembler alike. The first is printed, all are accepted. asm/template.ts lists the
 * placeholders.
 */
export interface Opcode {
  readonly code: number;
  readonly dst: 'register' | 0;
  readonly src: 'register' | number;
  readonly offset: 'any' | number;
  readonly imm: 'any' | number;
  /** Second slot of lddw; absent from instructions of one slot. */
  readonly nextImm?: 'any' | 0;
  readonly shape: Shape;
  /** null: an extension of Linux outside RFC 9669. */
  readonly group: ConformanceGroup | null;
  readonly since: IsaVersion;
  /** First Linux release that accepts it; null: none does. */
  readonly linux: string | null;
  readonly llvm: readonly string[];
  readonly ubpf: readonly string[];
}

const CLASSES = ['LD', 'LDX', 'ST', 'STX', 'ALU', 'JMP', 'JMP32', 'ALU64'] as const;

export function classOf(code: number): InstructionClass {
  return CLASSES[code & 7] ?? 'LD';
}
