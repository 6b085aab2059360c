import fc from 'fast-check';
import { type Instruction, OPCODES, type Opcode } from '../../src/index.ts';
import { instructionOf } from '../../src/isa/fields.ts';

const register = fc.integer({ min: 0, max: 10 });
const int16 = fc.oneof(
  fc.integer({ min: -0x8000, max: 0x7fff }),
  fc.constantFrom(0, 1, -1, -0x8000, 0x7fff),
);
const int32 = fc.oneof(
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  fc.constantFrom(0, 1, -1, -0x80000000, 0x7fffffff),
);

function ofOpcode(opcode: Opcode): fc.Arbitrary<Instruction> {
  return fc
    .record({
      dst: opcode.dst === 'register' ? register : fc.constant(0),
      src: opcode.src === 'register' ? register : fc.constant(opcode.src),
      offset: opcode.offset === 'any' ? int16 : fc.constant(opcode.offset),
      imm: opcode.imm === 'any' ? int32 : fc.constant(opcode.imm),
      nextImm: opcode.nextImm === 'any' ? int32 : fc.constant(0),
    })
    .map((fields) => instructionOf(opcode, fields));
}

/** Any valid instruction, each opcode row as likely as another. */
const anyInstruction: fc.Arbitrary<Instruction> = fc.constantFrom(...OPCODES).chain(ofOpcode);

export const anyStream: fc.Arbitrary<readonly Instruction[]> = fc.array(anyInstruction, {
  maxLength: 40,
});
