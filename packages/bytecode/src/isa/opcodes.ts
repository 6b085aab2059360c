import { InternalError } from '../errors.ts';
import { ARITHMETIC_OPCODES } from './arithmetic-opcodes.ts';
import type { Instruction } from './instruction.ts';
import { JUMP_OPCODES } from './jump-opcodes.ts';
import { MEMORY_OPCODES } from './memory-opcodes.ts';
import type { Opcode, Shape } from './opcode.ts';

/**
 * The instruction set as data: RFC 9669 and what Linux 6.18 added. Decoder, encoder, validator,
 * assembler and disassembler know an instruction by its row here and nowhere else.
 */
export const OPCODES: readonly Opcode[] = [
  ...ARITHMETIC_OPCODES,
  ...MEMORY_OPCODES,
  ...JUMP_OPCODES,
];

const byCode: readonly (readonly Opcode[])[] = Array.from({ length: 256 }, (_, code) =>
  OPCODES.filter((opcode) => opcode.code === code),
);

/** The rows that share an opcode byte, told apart by their other fields; none: unknown opcode. */
export function opcodesOf(code: number): readonly Opcode[] {
  return byCode[code] ?? [];
}

/** Text that names the shape of an instruction or of an opcode row. */
function shapeKey(shape: Shape | Instruction): string {
  switch (shape.kind) {
    case 'alu':
    case 'jump':
      return `${shape.kind} ${shape.op} ${shape.width} ${sourceKind(shape.source)}`;
    case 'neg':
      return `neg ${shape.width}`;
    case 'movsx':
      return `movsx ${shape.fromBits} ${shape.width}`;
    case 'endian':
      return `${shape.op} ${shape.bits}`;
    case 'lddw':
      return `lddw ${shape.source}`;
    case 'load':
      return `load ${shape.size} ${shape.signed}`;
    case 'store':
      return `store ${shape.size} ${sourceKind(shape.source)}`;
    case 'atomic':
      return `atomic ${shape.op} ${shape.size} ${shape.fetch}`;
    case 'load-acquire':
    case 'store-release':
      return `${shape.kind} ${shape.size}`;
    case 'legacy-load':
      return `${shape.kind} ${shape.mode} ${shape.size}`;
    case 'ja':
      return `ja ${shape.wide}`;
    default:
      return shape.kind;
  }
}

function sourceKind(source: 'reg' | 'imm' | { readonly kind: 'reg' | 'imm' }): 'reg' | 'imm' {
  return typeof source === 'string' ? source : source.kind;
}

const byShape: ReadonlyMap<string, Opcode> = new Map(
  OPCODES.map((opcode) => [shapeKey(opcode.shape), opcode]),
);

/** The row of an instruction. An instruction built outside the union's combinations has none. */
export function opcodeOf(instruction: Instruction): Opcode {
  const opcode = findOpcode(instruction);
  if (opcode === undefined) {
    throw new InternalError(`no opcode for instruction "${shapeKey(instruction)}"`);
  }
  return opcode;
}

export function findOpcode(instruction: Instruction): Opcode | undefined {
  return byShape.get(shapeKey(instruction));
}
