import { InvalidInstructionError } from '../errors.ts';
import { fieldsOf } from './fields.ts';
import type { Endianness, Instruction } from './instruction.ts';
import type { Fields, Opcode } from './opcode.ts';
import { findOpcode } from './opcodes.ts';

/**
 * Encodes instructions into 8-byte slots (RFC 9669 section 3), lddw into two: the exact inverse of
 * `decode`.
 *
 * @throws InvalidInstructionError an operand that its field cannot hold, with the slot
 */
export function encode(
  instructions: readonly Instruction[],
  endianness: Endianness = 'little',
): Uint8Array {
  let slots = 0;
  for (const instruction of instructions) slots += slotsOf(instruction);
  const bytes = new Uint8Array(slots * 8);
  const view = new DataView(bytes.buffer);
  const littleEndian = endianness === 'little';
  let slot = 0;
  for (const instruction of instructions) {
    const opcode = findOpcode(instruction);
    if (opcode === undefined) {
      throw new InvalidInstructionError(
        `no such combination of fields in a ${instruction.kind} instruction`,
        slot,
      );
    }
    const fields = fieldsOf(opcode, instruction);
    check(opcode, fields, slot);
    const at = slot * 8;
    view.setUint8(at, opcode.code);
    view.setUint8(
      at + 1,
      littleEndian ? (fields.src << 4) | fields.dst : (fields.dst << 4) | fields.src,
    );
    view.setInt16(at + 2, fields.offset, littleEndian);
    view.setInt32(at + 4, fields.imm, littleEndian);
    if (opcode.nextImm !== undefined) {
      view.setInt32(at + 12, fields.nextImm, littleEndian);
      slot++;
    }
    slot++;
  }
  return bytes;
}

/** 8-byte slots that an instruction takes: 2 for lddw, else 1. */
export function slotsOf(instruction: Instruction): 1 | 2 {
  return instruction.kind === 'lddw' ? 2 : 1;
}

function check(opcode: Opcode, fields: Fields, slot: number): void {
  requireRange('dst register', fields.dst, 0, 10, slot);
  requireRange('src register', fields.src, 0, 10, slot);
  requireRange('offset', fields.offset, -0x8000, 0x7fff, slot);
  requireRange('imm', fields.imm, -0x80000000, 0x7fffffff, slot);
  requireRange('second imm', fields.nextImm, -0x80000000, 0x7fffffff, slot);
  if (opcode.nextImm === 0 && fields.nextImm !== 0) {
    throw new InvalidInstructionError('second imm of this lddw must be zero', slot);
  }
}

function requireRange(what: string, value: number, min: number, max: number, slot: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InvalidInstructionError(`${what} ${value} is outside ${min} to ${max}`, slot);
  }
}
