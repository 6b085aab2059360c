import { ancillaryOf } from './ancillary.ts';
import type { ClassicDiagnostic, ClassicRule } from './diagnostic.ts';
import {
  type ClassicInstruction,
  type ClassicProgram,
  MAX_CLASSIC_INSTRUCTIONS,
  MEMORY_CELLS,
} from './instruction.ts';
import { classicOpcodeOf } from './opcodes.ts';
import { unwrittenCells } from './scratch-memory.ts';

/**
 * What Linux checks before it attaches a program to a socket: bpf_check_basics_ok and
 * bpf_check_classic of net/core/filter.c, whose answer is EINVAL to all of it. In the kernel's order:
 * each instruction on its own, the last one, then M[] along all paths (only where the rest is well).
 *
 * @returns empty where Linux takes the program
 */
export function validateClassic(program: ClassicProgram): readonly ClassicDiagnostic[] {
  const { length } = program;
  if (length === 0) return [{ index: 0, reason: 'no instructions', rule: 'empty' }];
  if (length > MAX_CLASSIC_INSTRUCTIONS) {
    const reason = `${length} instructions, more than ${MAX_CLASSIC_INSTRUCTIONS}`;
    return [{ index: MAX_CLASSIC_INSTRUCTIONS, reason, rule: 'too-long' }];
  }
  const diagnostics: ClassicDiagnostic[] = [];
  program.forEach((instruction, index) => {
    const refused = refusal(instruction, index, length);
    if (refused !== null) diagnostics.push({ index, reason: refused[1], rule: refused[0] });
  });
  const last = program[length - 1];
  if (last !== undefined && classicOpcodeOf(last.code)?.operation.kind !== 'return') {
    const reason = 'the last instruction is not a return';
    diagnostics.push({ index: length - 1, reason, rule: 'no-return' });
  }
  return diagnostics.length > 0 ? diagnostics : unwrittenCells(program);
}

type Refusal = readonly [rule: ClassicRule, reason: string];

function refusal(instruction: ClassicInstruction, index: number, length: number): Refusal | null {
  const { code, jt, jf, k } = instruction;
  if (!fits(code, 0xffff) || !fits(jt, 0xff) || !fits(jf, 0xff) || !fits(k, 0xffff_ffff)) {
    return ['field-range', `{ ${code}, ${jt}, ${jf}, ${k} } does not fit struct sock_filter`];
  }
  const opcode = classicOpcodeOf(code);
  if (opcode === undefined) return ['unknown-code', `unknown code 0x${code.toString(16)}`];
  const { operation } = opcode;
  switch (operation.kind) {
    case 'alu':
      return operation.source === 'k' ? operandRefusal(operation.op, k) : null;
    case 'load-memory':
    case 'store-memory':
      return k < MEMORY_CELLS ? null : ['memory-index', `M[${k}], of ${MEMORY_CELLS} cells`];
    case 'ja':
      return jumpRefusal(index + 1 + k, length);
    case 'jump':
      return jumpRefusal(index + 1 + jt, length) ?? jumpRefusal(index + 1 + jf, length);
    case 'load-packet':
      return ancillaryOf(instruction) === 'unknown'
        ? ['unknown-ancillary', `offset ${k | 0} names no ancillary data`]
        : null;
    default:
      return null;
  }
}

function fits(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function operandRefusal(op: string, k: number): Refusal | null {
  switch (op) {
    case 'div':
    case 'mod':
      return k === 0 ? ['division-by-zero', 'division by zero'] : null;
    case 'lsh':
    case 'rsh':
      return k < 32 ? null : ['shift-out-of-range', `shift by ${k}, outside 0 to 31`];
    default:
      return null;
  }
}

function jumpRefusal(target: number, length: number): Refusal | null {
  return target < length
    ? null
    : ['jump-outside', `jumps to instruction ${target}, of ${length} instructions`];
}
