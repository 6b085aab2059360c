import type { Operand } from '../isa/instruction.ts';

/** A register as an operand, to be told from a number. */
export interface RegisterName {
  readonly kind: 'reg';
  /** 0 to 10. */
  readonly reg: number;
}

function register(reg: number): RegisterName {
  return Object.freeze({ kind: 'reg', reg });
}

/** Result: of the program, of a helper, of a function. */
export const r0: RegisterName = register(0);
/** Arguments r1 to r5; r1 holds the context at entry. Calls destroy them. */
export const r1: RegisterName = register(1);
export const r2: RegisterName = register(2);
export const r3: RegisterName = register(3);
export const r4: RegisterName = register(4);
export const r5: RegisterName = register(5);
/** Kept over calls: r6 to r9. */
export const r6: RegisterName = register(6);
export const r7: RegisterName = register(7);
export const r8: RegisterName = register(8);
export const r9: RegisterName = register(9);
/** Frame pointer, read-only: the stack lies below it. */
export const r10: RegisterName = register(10);

/** A register, or a constant of 32 bits in either signedness. */
export type Source = RegisterName | number;

/** A place in memory. */
export interface MemoryOperand {
  readonly base: RegisterName;
  /** Bytes, signed, 16 bits. */
  readonly offset: number;
}

/** `*(base + offset)`. */
export function mem(base: RegisterName, offset = 0): MemoryOperand {
  return { base, offset };
}

/** 4294967295 is written as -1: the bits count. Numbers of other sizes are the encoder's to refuse. */
function signed32(value: number): number {
  return value > 0x7fffffff && value <= 0xffffffff ? value | 0 : value;
}

export function operandOf(source: Source): Operand {
  return typeof source === 'number' ? { kind: 'imm', imm: signed32(source) } : source;
}
