import { closest } from '../asm/suggest.ts';
import { decode } from '../isa/decode.ts';
import { encode, slotsOf } from '../isa/encode.ts';
import type { Endianness, Instruction, InstructionStream } from '../isa/instruction.ts';
import { ProgramBuilderError } from './errors.ts';

/** Instructions whose offset to a label is open until all labels are known. */
type Branch = Extract<Instruction, { kind: 'jump' | 'ja' | 'may-goto' | 'call-local' | 'lddw' }>;

interface OpenBranch {
  readonly index: number;
  readonly slot: number;
  readonly label: string;
}

const INT16 = [-0x8000, 0x7fff] as const;
const INT32 = [-0x80000000, 0x7fffffff] as const;

/** Instructions in the making, and the labels between them. */
export class CodeBuffer {
  readonly #instructions: Instruction[] = [];
  readonly #branches: OpenBranch[] = [];
  readonly #labels = new Map<string, number>();
  #slot = 0;

  push(instruction: Instruction): void {
    this.#instructions.push(instruction);
    this.#slot += slotsOf(instruction);
  }

  /** Pushes an instruction whose offset becomes that of a label, defined before or after. */
  pushBranch(branch: Branch, label: string): void {
    this.#branches.push({ index: this.#instructions.length, slot: this.#slot, label });
    this.push(branch);
  }

  /** Slot of the instruction that comes next. */
  get slot(): number {
    return this.#slot;
  }

  /** Slots by label. */
  get labels(): ReadonlyMap<string, number> {
    return this.#labels;
  }

  /** @throws ProgramBuilderError for a name that is taken */
  define(label: string): void {
    const before = this.#labels.get(label);
    if (before !== undefined) {
      const reason = `label ${label} is already defined at instruction ${before}`;
      throw new ProgramBuilderError(reason, this.#slot, label);
    }
    this.#labels.set(label, this.#slot);
  }

  /**
   * @throws ProgramBuilderError for an unknown label, or one out of reach
   * @throws InvalidInstructionError for an operand that its field cannot hold
   */
  finish(endianness: Endianness): InstructionStream {
    const instructions = [...this.#instructions];
    for (const branch of this.#branches) {
      const instruction = instructions[branch.index];
      if (instruction !== undefined) {
        instructions[branch.index] = this.#resolve(instruction as Branch, branch);
      }
    }
    return decode(encode(instructions, endianness), { endianness });
  }

  #resolve(instruction: Branch, { slot, label }: OpenBranch): Instruction {
    const target = this.#labels.get(label);
    if (target === undefined) {
      const known = closest(label, this.#labels.keys());
      const hint = known === null ? '' : `, did you mean ${known}?`;
      throw new ProgramBuilderError(`there is no label ${label}${hint}`, slot, label);
    }
    const offset = target - slot - 1;
    const wide =
      instruction.kind === 'lddw' ||
      instruction.kind === 'call-local' ||
      (instruction.kind === 'ja' && instruction.wide);
    const [least, most] = wide ? INT32 : INT16;
    if (offset < least || offset > most) {
      const reason = `label ${label} is ${offset} slots away (${least} to ${most} can be reached)`;
      throw new ProgramBuilderError(reason, slot, label);
    }
    return instruction.kind === 'lddw'
      ? { ...instruction, imm: offset }
      : { ...instruction, offset };
  }
}
