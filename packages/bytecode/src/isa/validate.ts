import { controlFlowDiagnostics } from './control-flow.ts';
import type { Authority, Diagnostic } from './diagnostic.ts';
import type { Instruction, InstructionStream } from './instruction.ts';
import { opcodeOf } from './opcodes.ts';

export interface ValidateOptions {
  /** `rfc9669` leaves out what Linux alone refuses; `linux`, the default, checks both. */
  readonly authority?: Authority;
  /** The stream stands as in its object file: calls and function addresses are not resolved yet. */
  readonly unrelocated?: boolean;
}

/** What a decoded stream must keep across instructions, in the order of slots; empty: all well. */
export function validate(
  stream: InstructionStream,
  options: ValidateOptions = {},
): readonly Diagnostic[] {
  const { authority = 'linux', unrelocated = false } = options;
  const diagnostics = [
    ...sizeDiagnostics(stream),
    ...operandDiagnostics(stream),
    ...controlFlowDiagnostics(stream, unrelocated),
  ];
  return diagnostics
    .filter((diagnostic) => authority === 'linux' || diagnostic.authority === 'rfc9669')
    .sort((a, b) => a.slot - b.slot);
}

/** BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h. */
const MAX_SLOTS = 1_000_000;

function sizeDiagnostics(stream: InstructionStream): readonly Diagnostic[] {
  const slots = stream.indexOfSlot.length;
  if (slots === 0) {
    return [{ slot: 0, reason: 'no instructions', rule: 'empty', authority: 'rfc9669' }];
  }
  if (slots <= MAX_SLOTS) return [];
  const reason = `${slots} slots, more than ${MAX_SLOTS}`;
  return [{ slot: MAX_SLOTS, reason, rule: 'too-long', authority: 'linux' }];
}

const FRAME_POINTER = 10;

function operandDiagnostics(stream: InstructionStream): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  stream.instructions.forEach((instruction, index) => {
    const slot = stream.slots[index] ?? 0;
    if (writtenRegister(instruction) === FRAME_POINTER) {
      const reason = 'writes r10, the read-only frame pointer';
      diagnostics.push({ slot, reason, rule: 'frame-pointer-written', authority: 'rfc9669' });
    }
    const refused = linuxRefusal(instruction);
    if (refused !== null) diagnostics.push({ slot, ...refused, authority: 'linux' });
  });
  return diagnostics;
}

/** The register that an instruction sets by its own operands; calls set r0 besides. */
function writtenRegister(instruction: Instruction): number | null {
  switch (instruction.kind) {
    case 'alu':
    case 'neg':
    case 'movsx':
    case 'addr-space-cast':
    case 'endian':
    case 'lddw':
    case 'load':
    case 'load-acquire':
      return instruction.dst;
    case 'atomic':
      return instruction.fetch && instruction.op !== 'cmpxchg' ? instruction.src : null;
    default:
      return null;
  }
}

function linuxRefusal(instruction: Instruction): Pick<Diagnostic, 'rule' | 'reason'> | null {
  if (opcodeOf(instruction).linux === null) {
    return { rule: 'unknown-to-linux', reason: `Linux has no ${instruction.kind} instruction` };
  }
  if (instruction.kind === 'addr-space-cast') {
    return instruction.imm === 1 || instruction.imm === 1 << 16
      ? null
      : { rule: 'address-space', reason: 'addr_space_cast converts between 0 and 1 alone' };
  }
  if (instruction.kind !== 'alu' || instruction.source.kind === 'reg') return null;
  const { op, width } = instruction;
  const { imm } = instruction.source;
  switch (op) {
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return imm >= 0 && imm < width
        ? null
        : { rule: 'shift-out-of-range', reason: `shift by ${imm}, outside 0 to ${width - 1}` };
    case 'div':
    case 'sdiv':
    case 'mod':
    case 'smod':
      return imm === 0 ? { rule: 'division-by-zero', reason: 'division by zero' } : null;
    default:
      return null;
  }
}
