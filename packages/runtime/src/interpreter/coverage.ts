import type { LinkedProgram } from '@anybpf/bytecode';

/** How often a source line ran. */
export interface LineCoverage {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** Executions of the line: those of its instruction that ran most often. */
  readonly count: number;
}

/** What of a program has run since it was loaded. */
export interface CoverageReport {
  /** Executions per instruction, by index in `LinkedProgram.code.instructions`; stops at 2^32 - 1. */
  readonly instructions: Uint32Array;
  /** Ascending by file and line; empty without line info. */
  readonly lines: readonly LineCoverage[];
}

/** Counters of one program. */
export class Coverage {
  readonly #linked: LinkedProgram;
  readonly #counts: Uint32Array;

  constructor(linked: LinkedProgram) {
    this.#linked = linked;
    this.#counts = new Uint32Array(linked.code.instructions.length);
  }

  count(instruction: number): void {
    const count = this.#counts[instruction] as number;
    if (count < 0xffff_ffff) this.#counts[instruction] = count + 1;
  }

  report(): CoverageReport {
    return { instructions: this.#counts.slice(), lines: this.#lines() };
  }

  #lines(): LineCoverage[] {
    const { code, lines, functions } = this.#linked;
    const found: Map<string, LineCoverage> = new Map();
    for (let i = 0; i < code.instructions.length; i++) {
      const slot = code.slots[i] ?? 0;
      const first = functions.findLast((candidate) => candidate.slot <= slot)?.slot ?? 0;
      const record = lines.findLast((candidate) => candidate.slot <= slot);
      // A record of the function before says nothing about this one.
      if (record === undefined || record.slot < first) continue;
      const key = `${record.file}:${record.line}`;
      const count = this.#counts[i] ?? 0;
      const known = found.get(key);
      if (known !== undefined && known.count >= count) continue;
      const { file, line, text } = record;
      found.set(key, { file, line, text, count });
    }
    return [...found.values()].sort((a, b) =>
      a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
    );
  }
}
