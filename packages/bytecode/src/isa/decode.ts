import { InvalidInstructionError } from '../errors.ts';
import { instructionOf } from './fields.ts';
import type { Endianness, Instruction, InstructionStream } from './instruction.ts';
import type { Fields, Opcode } from './opcode.ts';
import { opcodesOf } from './opcodes.ts';

export interface DecodeOptions {
  /** Byte order of the encoded stream; little by default. */
  readonly endianness?: Endianness;
  /** Name for error messages. */
  readonly program?: string;
}

const MAX_REGISTER = 10;

/**
 * Decodes an instruction stream (RFC 9669 section 3), as strictly as the RFC: unknown opcodes,
 * unused fields that are not zero, registers above r10 and a broken lddw are errors. What can only
 * be judged across instructions (jump targets, falling off the end) is `validate`'s.
 *
 * References need not be resolved: unrelocated object files decode.
 *
 * @param bytes whole 8-byte slots; copied
 * @throws InvalidInstructionError names reason and slot
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): InstructionStream {
  const { endianness = 'little', program } = options;
  const count = bytes.length >> 3;
  if (bytes.length % 8 !== 0) {
    throw new InvalidInstructionError(
      `${bytes.length} bytes are no whole number of 8-byte slots`,
      count,
      program,
    );
  }
  // Not slice(): that of Node's Buffer shares memory.
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  const littleEndian = endianness === 'little';
  const instructions: Instruction[] = [];
  const slots = new Int32Array(count);
  const indexOfSlot = new Int32Array(count).fill(-1);

  // One record for all slots: instructions copy what they need of it.
  const fields: MutableFields = { dst: 0, src: 0, offset: 0, imm: 0, nextImm: 0 };
  for (let slot = 0; slot < count; slot++) {
    const at = slot * 8;
    const code = view.getUint8(at);
    const registers = view.getUint8(at + 1);
    fields.dst = littleEndian ? registers & 15 : registers >> 4;
    fields.src = littleEndian ? registers >> 4 : registers & 15;
    fields.offset = view.getInt16(at + 2, littleEndian);
    fields.imm = view.getInt32(at + 4, littleEndian);
    fields.nextImm = 0;
    const opcode = select(code, fields, slot, program);
    slots[instructions.length] = slot;
    indexOfSlot[slot] = instructions.length;
    if (opcode.nextImm !== undefined) {
      if (slot + 1 >= count) {
        throw new InvalidInstructionError('lddw lacks its second slot', slot, program);
      }
      slot++;
      if (view.getUint32(at + 8, littleEndian) !== 0) {
        throw new InvalidInstructionError(
          'second slot of lddw: opcode, registers and offset must be zero',
          slot,
          program,
        );
      }
      fields.nextImm = view.getInt32(at + 12, littleEndian);
      if (opcode.nextImm === 0 && fields.nextImm !== 0) {
        throw new InvalidInstructionError(
          `second slot of lddw: imm must be zero where src is ${fields.src}`,
          slot,
          program,
        );
      }
    }
    instructions.push(instructionOf(opcode, fields));
  }
  return {
    endianness,
    bytes: copy,
    instructions,
    slots: slots.slice(0, instructions.length),
    indexOfSlot,
  };
}

type MutableFields = { -readonly [K in keyof Fields]: Fields[K] };

/** The one row that fits the fields, or the reason why none does. */
function select(code: number, fields: Fields, slot: number, program: string | undefined): Opcode {
  const rows = opcodesOf(code);
  for (const row of rows) {
    if (fits(row, fields)) return row;
  }
  let closest: Mismatch | undefined;
  for (const row of rows) {
    const mismatch = mismatchOf(row, fields);
    if (closest === undefined || mismatch.rank > closest.rank) closest = mismatch;
  }
  const name = `0x${code.toString(16).padStart(2, '0')}`;
  throw new InvalidInstructionError(
    closest === undefined ? `unknown opcode ${name}` : `opcode ${name}: ${closest.reason}`,
    slot,
    program,
  );
}

function fits(row: Opcode, { dst, src, offset, imm }: Fields): boolean {
  return (
    (row.dst === 'register' ? dst <= MAX_REGISTER : dst === row.dst) &&
    (row.src === 'register' ? src <= MAX_REGISTER : src === row.src) &&
    (row.offset === 'any' || offset === row.offset) &&
    (row.imm === 'any' || imm === row.imm)
  );
}

interface Mismatch {
  readonly rank: number;
  readonly reason: string;
}

/**
 * The first field that a row refuses. Fields that select among rows (src, offset, imm, in this
 * order) rank by how far they got, so that the message speaks of the row that was meant.
 */
function mismatchOf(row: Opcode, fields: Fields): Mismatch {
  if (row.dst === 'register') {
    if (fields.dst > MAX_REGISTER) return { rank: 9, reason: `no such register r${fields.dst}` };
  } else if (fields.dst !== row.dst) {
    return { rank: 0, reason: `dst must be ${row.dst}, is ${fields.dst}` };
  }
  if (row.src === 'register') {
    if (fields.src > MAX_REGISTER) return { rank: 9, reason: `no such register r${fields.src}` };
  } else if (fields.src !== row.src) {
    return { rank: 1, reason: reservedReason('src', row.src, fields.src) };
  }
  if (row.offset !== 'any' && fields.offset !== row.offset) {
    return { rank: 2, reason: reservedReason('offset', row.offset, fields.offset) };
  }
  const wanted = row.imm === 'any' ? fields.imm : row.imm;
  return { rank: 3, reason: reservedReason('imm', wanted, fields.imm) };
}

function reservedReason(field: string, expected: number, actual: number): string {
  return expected === 0
    ? `${field} ${actual} is not defined here (unused fields must be zero)`
    : `${field} ${actual} is not defined here`;
}
