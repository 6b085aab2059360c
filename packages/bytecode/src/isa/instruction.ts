/**
 * The decoded form of eBPF instructions: a discriminated union on `kind` (RFC 9669 section 4 and 5,
 * plus what Linux 6.18 added since: load-acquire/store-release, may_goto, addr_space_cast).
 *
 * The encoded form is one 64-bit slot, little-endian hosts shown:
 *
 *     msb                                                              lsb
 *     +------------------------+----------------+----+----+--------+
 *     |       imm (32, signed) | offset (16, s) |src |dst | opcode |
 *     +------------------------+----------------+----+----+--------+
 *
 * `lddw` takes two slots. Jump offsets count slots from the slot after the jump.
 */

/** r0..r10 as 0..10. r10 is the read-only frame pointer. */
export type Register = number;

export type Width = 32 | 64;

/** Bytes of a memory access. */
export type AccessSize = 1 | 2 | 4 | 8;

export type Operand =
  | { readonly kind: 'reg'; readonly reg: Register }
  /** Signed 32-bit, sign-extended where the operation is 64 bits wide. */
  | { readonly kind: 'imm'; readonly imm: number };

export type AluOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sdiv'
  | 'or'
  | 'and'
  | 'lsh'
  | 'rsh'
  | 'mod'
  | 'smod'
  | 'xor'
  | 'mov'
  | 'arsh';

export type JumpOp =
  | 'jeq'
  | 'jgt'
  | 'jge'
  | 'jset'
  | 'jne'
  | 'jsgt'
  | 'jsge'
  | 'jlt'
  | 'jle'
  | 'jslt'
  | 'jsle';

export type AtomicOp = 'add' | 'or' | 'and' | 'xor' | 'xchg' | 'cmpxchg';

/**
 * Meaning of the `src` field of lddw (RFC 9669 section 5.4). `imm64` is a plain constant; the map
 * forms by fd carry a file descriptor or are unresolved; by index they count `LinkedObject.maps`.
 */
export type LddwSource =
  | 'imm64'
  | 'map-fd'
  | 'map-value-fd'
  | 'btf-id'
  | 'function'
  | 'map-index'
  | 'map-value-index';

export type Instruction =
  | {
      readonly kind: 'alu';
      readonly op: AluOp;
      readonly width: Width;
      readonly dst: Register;
      readonly source: Operand;
    }
  | { readonly kind: 'neg'; readonly width: Width; readonly dst: Register }
  /** mov with sign extension from `fromBits`; a 32-bit one zero-extends the result (RFC 9669 4.1). */
  | {
      readonly kind: 'movsx';
      readonly width: Width;
      readonly fromBits: 8 | 16 | 32;
      readonly dst: Register;
      readonly src: Register;
    }
  /** Linux 6.9, arena pointers: imm = destination address space << 16 | source address space. */
  | {
      readonly kind: 'addr-space-cast';
      readonly dst: Register;
      readonly src: Register;
      readonly imm: number;
    }
  | {
      readonly kind: 'endian';
      readonly op: 'le' | 'be' | 'bswap';
      readonly bits: 16 | 32 | 64;
      readonly dst: Register;
    }
  | {
      readonly kind: 'lddw';
      readonly source: LddwSource;
      readonly dst: Register;
      /** imm of the first slot: low half of the constant, fd, index or BTF id. Signed 32-bit. */
      readonly imm: number;
      /** imm of the second slot: high half, or offset into the map value. Signed 32-bit. */
      readonly nextImm: number;
    }
  | {
      readonly kind: 'load';
      readonly size: AccessSize;
      /** Sign-extending load (ISA v4, BPF_MEMSX). */
      readonly signed: boolean;
      readonly dst: Register;
      readonly src: Register;
      readonly offset: number;
    }
  | {
      readonly kind: 'store';
      readonly size: AccessSize;
      readonly dst: Register;
      readonly source: Operand;
      readonly offset: number;
    }
  | {
      readonly kind: 'atomic';
      readonly op: AtomicOp;
      /** The old value comes back in `src` (in r0 for cmpxchg); xchg and cmpxchg always fetch. */
      readonly fetch: boolean;
      readonly size: 4 | 8;
      readonly dst: Register;
      readonly src: Register;
      readonly offset: number;
    }
  /** Linux 6.15. */
  | {
      readonly kind: 'load-acquire';
      readonly size: AccessSize;
      readonly dst: Register;
      readonly src: Register;
      readonly offset: number;
    }
  /** Linux 6.15. */
  | {
      readonly kind: 'store-release';
      readonly size: AccessSize;
      readonly dst: Register;
      readonly src: Register;
      readonly offset: number;
    }
  /** LD_ABS / LD_IND: r0 = big-endian packet load, leaves the program with 0 out of bounds. */
  | {
      readonly kind: 'legacy-load';
      readonly mode: 'abs' | 'ind';
      readonly size: 1 | 2 | 4;
      /** Index register, of mode `ind` alone. */
      readonly src?: Register;
      readonly imm: number;
    }
  | {
      readonly kind: 'jump';
      readonly op: JumpOp;
      readonly width: Width;
      readonly dst: Register;
      readonly source: Operand;
      readonly offset: number;
    }
  /** `wide` is gotol (JMP32 class, ISA v4): the offset is 32 bits. */
  | { readonly kind: 'ja'; readonly wide: boolean; readonly offset: number }
  /** Linux 6.9: jumps when the implicit loop budget is used up. */
  | { readonly kind: 'may-goto'; readonly offset: number }
  | { readonly kind: 'call-helper'; readonly helper: number }
  /** bpf2bpf call; `offset` counts slots from the next slot. */
  | { readonly kind: 'call-local'; readonly offset: number }
  /** Kernel function by BTF id; `btfFd` indexes the fd array for module BTF, 0 for vmlinux. */
  | { readonly kind: 'call-kfunc'; readonly btfId: number; readonly btfFd: number }
  /** Indirect helper call (conformance group callx); Linux does not accept it. */
  | { readonly kind: 'call-register'; readonly reg: Register }
  | { readonly kind: 'exit' };

export type Endianness = 'little' | 'big';

/** A decoded instruction stream. Arrays run parallel: `instructions[i]` starts at `slots[i]`. */
export interface InstructionStream {
  readonly endianness: Endianness;
  /** The encoded stream; length is a multiple of 8 bytes. */
  readonly bytes: Uint8Array;
  readonly instructions: readonly Instruction[];
  /** Slot of each instruction. */
  readonly slots: Int32Array;
  /** Instruction index of each slot; -1 for the second slot of lddw. */
  readonly indexOfSlot: Int32Array;
}
