import type { AluOp, JumpOp, Width } from '../isa/instruction.ts';
import { OPCODES } from '../isa/opcodes.ts';
import type { CodeBuffer } from './code-buffer.ts';
import { operandOf, type RegisterName, type Source } from './operands.ts';

/** What the methods made here write to. */
interface HasCode {
  readonly code: CodeBuffer;
}

/** `add(r1, 5)`, and on the low half, which clears the high one, `add32(r1, r2)`. */
export type Arithmetic = {
  readonly [Name in AluOp | `${AluOp}32`]: <Builder extends HasCode>(
    this: Builder,
    dst: RegisterName,
    source: Source,
  ) => Builder;
};

/** `jeq(r1, 0, 'out')`, and of the low halves `jeq32`. */
export type ConditionalJumps = {
  readonly [Name in JumpOp | `${JumpOp}32`]: <Builder extends HasCode>(
    this: Builder,
    dst: RegisterName,
    source: Source,
    label: string,
  ) => Builder;
};

/** One method for each operation and width of the opcode table. */
export const arithmetic: Arithmetic = methodsOf(
  OPCODES.flatMap(({ shape }) => (shape.kind === 'alu' ? [shape] : [])),
  (op: AluOp, width) =>
    function (this: HasCode, dst: RegisterName, source: Source): HasCode {
      this.code.push({ kind: 'alu', op, width, dst: dst.reg, source: operandOf(source) });
      return this;
    },
);

export const conditionalJumps: ConditionalJumps = methodsOf(
  OPCODES.flatMap(({ shape }) => (shape.kind === 'jump' ? [shape] : [])),
  (op: JumpOp, width) =>
    function (this: HasCode, dst: RegisterName, source: Source, label: string): HasCode {
      const jump = { kind: 'jump', op, width, dst: dst.reg, source: operandOf(source) } as const;
      this.code.pushBranch({ ...jump, offset: 0 }, label);
      return this;
    },
);

function methodsOf<Op extends string, Methods>(
  shapes: readonly { readonly op: Op; readonly width: Width }[],
  method: (op: Op, width: Width) => unknown,
): Methods {
  return Object.freeze(
    Object.fromEntries(
      shapes.map(({ op, width }) => [width === 32 ? `${op}32` : op, method(op, width)]),
    ),
  ) as Methods;
}
