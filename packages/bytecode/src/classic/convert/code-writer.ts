import { InternalError } from '../../errors.ts';
import type {
  AccessSize,
  AluOp,
  Instruction,
  JumpOp,
  Register,
  Width,
} from '../../isa/instruction.ts';

/** Operand of the writer's methods: a register, or a constant of 32 bits in either signedness. */
export type Source = { readonly reg: Register } | { readonly imm: number };

/** What `ja` and conditional jumps reach with their 16-bit offset. */
const MAX_OFFSET = 0x7fff;

/**
 * eBPF code in the making: classic instructions are written in order, so that jumps to them, which
 * only go forward, are filled in at the end. Every instruction written takes one slot.
 */
export class CodeWriter {
  readonly #code: Instruction[] = [];
  /** Slot of each classic instruction; -1 while it is not written. */
  readonly #starts: Int32Array;
  /** Slot of the classic instruction begun last. */
  #begun = 0;
  /** Jumps whose offset is open, and the classic instruction each goes to. */
  readonly #jumps: { readonly slot: number; readonly target: number }[] = [];

  /** @param length classic instructions */
  constructor(length: number) {
    this.#starts = new Int32Array(length).fill(-1);
  }

  /**
   * What follows is the classic instruction `index`. A `goto` it just before is dropped, unless an
   * instruction without code of its own stands between the two.
   */
  begin(index: number): void {
    const last = this.#jumps.at(-1);
    const end = this.#code.length;
    const isGoto = this.#code.at(-1)?.kind === 'ja' && last?.slot === end - 1;
    if (isGoto && last.target === index && this.#begun < end) {
      this.#jumps.pop();
      this.#code.pop();
    }
    this.#begun = this.#code.length;
    this.#starts[index] = this.#begun;
  }

  write(instruction: Instruction): void {
    this.#code.push(instruction);
  }

  alu(op: AluOp, dst: Register, source: Source, width: Width = 32): void {
    this.write({ kind: 'alu', op, width, dst, source: operand(source) });
  }

  load(size: AccessSize, dst: Register, src: Register, offset: number): void {
    this.write({ kind: 'load', size, signed: false, dst, src, offset });
  }

  /** Puts the bytes of a big-endian number just loaded in the machine's order. */
  fromBigEndian(dst: Register, size: 1 | 2 | 4): void {
    if (size === 1) return;
    this.write({ kind: 'endian', op: 'be', bits: size === 2 ? 16 : 32, dst });
  }

  /** r0 = value, the end. */
  exitWith(value: number): void {
    this.alu('mov', 0, { imm: value });
    this.write({ kind: 'exit' });
  }

  /** Runs the body unless the comparison holds. */
  unless(op: JumpOp, dst: Register, source: Source, width: Width, body: () => void): void {
    const at = this.#code.length;
    const jump = { kind: 'jump', op, width, dst, source: operand(source) } as const;
    this.write({ ...jump, offset: 0 });
    body();
    this.#code[at] = { ...jump, offset: this.#code.length - at - 1 };
  }

  /** Jumps to a classic instruction where the comparison of two 32-bit numbers holds. */
  branch(op: JumpOp, dst: Register, source: Source, target: number): void {
    this.#jumps.push({ slot: this.#code.length, target });
    this.write({ kind: 'jump', op, width: 32, dst, source: operand(source), offset: 0 });
  }

  /** Jumps to a classic instruction. */
  goto(target: number): void {
    this.#jumps.push({ slot: this.#code.length, target });
    this.write({ kind: 'ja', wide: false, offset: 0 });
  }

  /** The code, with every jump filled in. */
  finish(): readonly Instruction[] {
    for (const { slot, target } of this.#jumps) {
      const start = this.#starts[target] ?? -1;
      const jump = this.#code[slot];
      if (start < 0 || (jump?.kind !== 'jump' && jump?.kind !== 'ja')) {
        throw new InternalError(`a jump to classic instruction ${target}, which was not written`);
      }
      const offset = start - slot - 1;
      this.#code[slot] =
        jump.kind === 'ja'
          ? { kind: 'ja', wide: offset > MAX_OFFSET, offset }
          : { ...jump, offset };
    }
    return this.#code;
  }
}

function operand(source: Source): Extract<Instruction, { kind: 'alu' }>['source'] {
  return 'reg' in source ? { kind: 'reg', reg: source.reg } : { kind: 'imm', imm: source.imm | 0 };
}
