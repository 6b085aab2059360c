import { describe, expect, it } from 'vitest';
import { assemble, decode, encode, formatInstruction, OPCODES, opcodeOf } from '../../src/index.ts';
import { fromHex } from './hex.ts';
import { INSTRUCTION_VECTORS } from './instruction-vectors.ts';

describe('opcode table', () => {
  it('has a vector for every row', () => {
    const covered = new Set(
      INSTRUCTION_VECTORS.flatMap(([hex]) => decode(fromHex(hex)).instructions.map(opcodeOf)),
    );
    expect(OPCODES.filter((opcode) => !covered.has(opcode))).toEqual([]);
  });

  it('keeps rows of one opcode byte apart by fixed fields', () => {
    for (const a of OPCODES) {
      for (const b of OPCODES) {
        if (a === b || a.code !== b.code) continue;
        const apart = (['src', 'offset', 'imm'] as const).some(
          (field) =>
            typeof a[field] === 'number' && typeof b[field] === 'number' && a[field] !== b[field],
        );
        expect(apart || a.src === 'register' || b.src === 'register', a.llvm[0]).toBe(true);
      }
    }
  });

  describe.each(INSTRUCTION_VECTORS)('%s', (hex, llvm, ubpf) => {
    const bytes = fromHex(hex);
    const { instructions } = decode(bytes);

    it('encodes what it decodes', () => {
      expect(instructions).toHaveLength(1);
      expect(encode(instructions)).toEqual(bytes);
    });

    it(`is "${llvm}" and "${ubpf}"`, () => {
      const [instruction] = instructions;
      if (instruction === undefined) throw new Error('nothing decoded');
      expect(formatInstruction(instruction)).toBe(llvm);
      expect(formatInstruction(instruction, { syntax: 'ubpf' })).toBe(ubpf);
      expect(assemble(llvm, { syntax: 'llvm' }).bytes).toEqual(bytes);
      expect(assemble(ubpf, { syntax: 'ubpf' }).bytes).toEqual(bytes);
    });
  });
});
