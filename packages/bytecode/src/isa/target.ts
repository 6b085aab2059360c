import type { Instruction } from './instruction.ts';

/**
 * Slot that an instruction may continue at besides the next one, or whose address it takes; null
 * where it has none. Distances count from the slot after the first, that of a two-slot lddw too
 * (RFC 9669 section 4.3; add_subprog in kernel/bpf/verifier.c).
 */
export function targetSlotOf(instruction: Instruction, slot: number): number | null {
  switch (instruction.kind) {
    case 'jump':
    case 'ja':
    case 'may-goto':
    case 'call-local':
      return slot + 1 + instruction.offset;
    case 'lddw':
      return instruction.source === 'function' ? slot + 1 + instruction.imm : null;
    default:
      return null;
  }
}

/** Whether the target is the start of a function: of a bpf2bpf call or a callback's address. */
export function entersFunction(instruction: Instruction): boolean {
  return (
    instruction.kind === 'call-local' ||
    (instruction.kind === 'lddw' && instruction.source === 'function')
  );
}

/** Whether execution never goes on to the next slot. */
export function endsPath(instruction: Instruction): boolean {
  return instruction.kind === 'exit' || instruction.kind === 'ja';
}
