import type { ClassicDiagnostic } from './diagnostic.ts';
import { type ClassicProgram, MEMORY_CELLS } from './instruction.ts';
import { classicOpcodeOf } from './opcodes.ts';
import { successorsOf } from './successors.ts';

const ALL_CELLS = 2 ** MEMORY_CELLS - 1;

/**
 * Loads of M[] cells that some path to them has not written (check_load_and_stores of
 * net/core/filter.c). One pass is enough, since jumps only go forward. As in the kernel, a return
 * counts as if it went on to the next instruction, and code behind a jump that nothing jumps to may
 * read every cell.
 *
 * @param program passes the checks of single instructions
 */
export function unwrittenCells(program: ClassicProgram): readonly ClassicDiagnostic[] {
  const diagnostics: ClassicDiagnostic[] = [];
  const written = new Uint16Array(program.length).fill(ALL_CELLS);
  written[0] = 0;
  program.forEach((instruction, index) => {
    const operation = classicOpcodeOf(instruction.code)?.operation;
    const { k } = instruction;
    let cells = written[index] ?? 0;
    if (operation?.kind === 'store-memory') cells |= 1 << k;
    if (operation?.kind === 'load-memory' && (cells & (1 << k)) === 0) {
      const reason = `M[${k}] is read before it is written`;
      diagnostics.push({ index, reason, rule: 'memory-unwritten' });
    }
    const next = operation?.kind === 'return' ? [index + 1] : successorsOf(instruction, index);
    for (const target of next) {
      written[target] = (written[target] ?? 0) & cells;
    }
  });
  return diagnostics;
}
