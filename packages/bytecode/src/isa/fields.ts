import type { Instruction, Operand } from './instruction.ts';
import type { Fields, Opcode } from './opcode.ts';

/** Builds the instruction of a row from the fields that the row leaves free. */
export function instructionOf(opcode: Opcode, fields: Fields): Instruction {
  const { dst, src, offset, imm, nextImm } = fields;
  const shape = opcode.shape;
  switch (shape.kind) {
    case 'alu':
      return { ...shape, dst, source: operandOf(shape.source, fields) };
    case 'neg':
    case 'endian':
      return { ...shape, dst };
    case 'movsx':
      return { ...shape, dst, src };
    case 'addr-space-cast':
      return { ...shape, dst, src, imm };
    case 'lddw':
      return { ...shape, dst, imm, nextImm };
    case 'load':
    case 'atomic':
    case 'load-acquire':
    case 'store-release':
      return { ...shape, dst, src, offset };
    case 'store':
      return { ...shape, dst, source: operandOf(shape.source, fields), offset };
    case 'legacy-load':
      return shape.mode === 'abs' ? { ...shape, imm } : { ...shape, src, imm };
    case 'jump':
      return { ...shape, dst, source: operandOf(shape.source, fields), offset };
    case 'ja':
      return { ...shape, offset: shape.wide ? imm : offset };
    case 'may-goto':
      return { kind: 'may-goto', offset };
    case 'call-helper':
      return { kind: 'call-helper', helper: imm };
    case 'call-local':
      return { kind: 'call-local', offset: imm };
    case 'call-kfunc':
      return { kind: 'call-kfunc', btfId: imm, btfFd: offset };
    case 'call-register':
      return { kind: 'call-register', reg: dst };
    case 'exit':
      return { kind: 'exit' };
  }
}

function operandOf(source: 'reg' | 'imm', fields: Fields): Operand {
  return source === 'reg' ? { kind: 'reg', reg: fields.src } : { kind: 'imm', imm: fields.imm };
}

/** The inverse of `instructionOf`: fields as they are encoded, constants of the row included. */
export function fieldsOf(opcode: Opcode, instruction: Instruction): Fields {
  const operands = operandsOf(instruction);
  return {
    dst: operands.dst ?? 0,
    src: typeof opcode.src === 'number' ? opcode.src : (operands.src ?? 0),
    offset: opcode.offset === 'any' ? (operands.offset ?? 0) : opcode.offset,
    imm: opcode.imm === 'any' ? (operands.imm ?? 0) : opcode.imm,
    nextImm: operands.nextImm ?? 0,
  };
}

function operandsOf(instruction: Instruction): Partial<Fields> {
  switch (instruction.kind) {
    case 'alu':
      return { dst: instruction.dst, ...sourceFields(instruction.source) };
    case 'store':
    case 'jump':
      return {
        dst: instruction.dst,
        offset: instruction.offset,
        ...sourceFields(instruction.source),
      };
    case 'neg':
    case 'endian':
      return { dst: instruction.dst };
    case 'movsx':
      return { dst: instruction.dst, src: instruction.src };
    case 'addr-space-cast':
      return { dst: instruction.dst, src: instruction.src, imm: instruction.imm };
    case 'lddw':
      return { dst: instruction.dst, imm: instruction.imm, nextImm: instruction.nextImm };
    case 'load':
    case 'atomic':
    case 'load-acquire':
    case 'store-release':
      return { dst: instruction.dst, src: instruction.src, offset: instruction.offset };
    case 'legacy-load':
      return { src: instruction.src ?? 0, imm: instruction.imm };
    case 'ja':
      return instruction.wide ? { imm: instruction.offset } : { offset: instruction.offset };
    case 'may-goto':
      return { offset: instruction.offset };
    case 'call-helper':
      return { imm: instruction.helper };
    case 'call-local':
      return { imm: instruction.offset };
    case 'call-kfunc':
      return { imm: instruction.btfId, offset: instruction.btfFd };
    case 'call-register':
      return { dst: instruction.reg };
    case 'exit':
      return {};
  }
}

function sourceFields(source: Operand): Partial<Fields> {
  return source.kind === 'reg' ? { src: source.reg } : { imm: source.imm };
}
