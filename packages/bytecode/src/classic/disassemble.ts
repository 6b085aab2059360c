import { ancillaryOf } from './ancillary.ts';
import type { ClassicInstruction, ClassicProgram } from './instruction.ts';
import { type ClassicOpcode, classicOpcodeOf } from './opcodes.ts';

/**
 * A listing in the notation of `tcpdump -d`, one instruction a line, numbered from 0:
 *
 *     (000) ldh      [12]
 *     (001) jeq      #0x800           jt 2	jf 3
 *
 * Takes any instruction: an unknown code is `unimp`.
 */
export function disassembleClassic(program: ClassicProgram): string {
  return program
    .map((instruction, index) => {
      const number = String(index).padStart(3, '0');
      return `(${number}) ${formatClassic(instruction, index)}\n`;
    })
    .join('');
}

/** @param index of the instruction, which jump targets count from */
export function formatClassic(instruction: ClassicInstruction, index: number): string {
  const opcode = classicOpcodeOf(instruction.code);
  if (opcode === undefined) {
    return `${'unimp'.padEnd(8)} 0x${instruction.code.toString(16)}`;
  }
  const mnemonic = opcode.mnemonic.padEnd(8);
  const operand = operandOf(opcode, instruction, index);
  if (opcode.operation.kind !== 'jump') return `${mnemonic} ${operand}`;
  const { jt, jf } = instruction;
  return `${mnemonic} ${operand.padEnd(16)} jt ${index + 1 + jt}\tjf ${index + 1 + jf}`;
}

function operandOf(opcode: ClassicOpcode, instruction: ClassicInstruction, index: number): string {
  const { k } = instruction;
  const ancillary = ancillaryOf(instruction);
  if (ancillary !== null && ancillary !== 'unknown') return `[${ancillary.listing}]`;
  return opcode.operand
    .replace('{k}', String(k | 0))
    .replace('{hex}', `0x${(k >>> 0).toString(16)}`)
    .replace('{target}', String((index + 1 + k) | 0));
}
