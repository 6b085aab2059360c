import fc from 'fast-check';
import { CLASSIC_OPCODES, type ClassicOpcode } from '../../src/classic/opcodes.ts';
import type { ClassicInstruction, ClassicProgram } from '../../src/index.ts';

const EDGES = [1, 2, 31, 32, 0xff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

const anyK = fc.oneof(fc.constantFrom(...EDGES), fc.nat(80));

/** A program that Linux takes: every cell is written first, jumps stay inside, no ancillary data. */
export const validProgram: fc.Arbitrary<ClassicProgram> = fc
  .array(fc.tuple(fc.constantFrom(...CLASSIC_OPCODES), anyK, fc.nat(5), fc.nat(5)), {
    minLength: 1,
    maxLength: 60,
  })
  .map((rows) => {
    const cells = [0, 1, 2, 3].map((k): ClassicInstruction => ({ code: 0x02, jt: 0, jf: 0, k }));
    const body = rows.map(([opcode, k, jt, jf], index): ClassicInstruction => {
      const left = rows.length - index - 1;
      const within = (jump: number): number => Math.min(jump, left);
      return { code: opcode.code, jt: within(jt), jf: within(jf), k: operand(opcode, k, left) };
    });
    return [...cells, ...body, { code: 0x16, jt: 0, jf: 0, k: 0 }];
  });

function operand({ operation }: ClassicOpcode, k: number, left: number): number {
  switch (operation.kind) {
    case 'load-memory':
    case 'store-memory':
      return k & 3;
    case 'ja':
      return Math.min(k & 7, left);
    case 'alu':
      return operation.op === 'lsh' || operation.op === 'rsh' ? k & 31 : (k | 1) >>> 0;
    case 'load-packet':
      return k === 0xffff_ffff ? 0xfff0_0000 : k;
    default:
      return k;
  }
}
