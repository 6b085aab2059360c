import type { ClassicInstruction } from './instruction.ts';
import { classicOpcodeOf } from './opcodes.ts';

/** Indices of the instructions that may come next, all of them behind this one. */
export function successorsOf(instruction: ClassicInstruction, index: number): readonly number[] {
  switch (classicOpcodeOf(instruction.code)?.operation.kind) {
    case 'return':
      return [];
    case 'ja':
      return [index + 1 + instruction.k];
    case 'jump':
      return [index + 1 + instruction.jt, index + 1 + instruction.jf];
    default:
      return [index + 1];
  }
}
