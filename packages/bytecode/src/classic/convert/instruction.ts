import { InternalError } from '../../errors.ts';
import type { JumpOp } from '../../isa/instruction.ts';
import { ancillaryOf } from '../ancillary.ts';
import { formatClassic } from '../disassemble.ts';
import { UnsupportedClassicError } from '../errors.ts';
import { type ClassicInstruction, MEMORY_CELLS } from '../instruction.ts';
import { type ClassicJumpOp, type ClassicOperation, classicOpcodeOf } from '../opcodes.ts';
import type { CodeWriter, Source } from './code-writer.ts';
import { A, type ClassicFlavour, type FlavourWriter, FRAME, X } from './flavour.ts';

/** The comparison that holds where another does not; eBPF has none for jset. */
const NEGATED: Readonly<Record<ClassicJumpOp, JumpOp | null>> = {
  jeq: 'jne',
  jgt: 'jle',
  jge: 'jlt',
  jset: null,
};

/**
 * Writes one classic instruction.
 *
 * @returns false where control never goes on to its successors
 * @throws UnsupportedClassicError
 */
export function convertInstruction(
  instruction: ClassicInstruction,
  index: number,
  code: CodeWriter,
  writer: FlavourWriter,
  flavour: ClassicFlavour,
): boolean {
  const { k } = instruction;
  const operation = classicOpcodeOf(instruction.code)?.operation;
  if (operation === undefined) throw new InternalError(`classic code ${instruction.code} got here`);
  switch (operation.kind) {
    case 'load-packet':
      return loadPacket(instruction, index, operation, code, writer, flavour);
    case 'load-header-length':
      if (!writer.loadAbsolute(X, k, 1)) return false;
      code.alu('and', X, { imm: 0xf });
      code.alu('lsh', X, { imm: 2 });
      return true;
    case 'load-immediate':
      code.alu('mov', register(operation.into), { imm: k });
      return true;
    case 'load-length':
      writer.loadLength(register(operation.into));
      return true;
    case 'load-memory':
      code.load(4, register(operation.into), FRAME, cellOffset(k));
      return true;
    case 'store-memory': {
      const source = { kind: 'reg', reg: register(operation.from) } as const;
      code.write({ kind: 'store', size: 4, dst: FRAME, source, offset: cellOffset(k) });
      return true;
    }
    case 'alu': {
      const byX = operation.source === 'x';
      if (byX && (operation.op === 'div' || operation.op === 'mod')) {
        code.unless('jne', X, { imm: 0 }, 32, () => writer.returnConstant(0));
      }
      code.alu(operation.op, A, byX ? { reg: X } : { imm: k });
      return true;
    }
    case 'neg':
      code.write({ kind: 'neg', width: 32, dst: A });
      return true;
    case 'copy':
      code.alu('mov', register(operation.into), { reg: operation.into === 'a' ? X : A });
      return true;
    case 'ja':
      code.goto(index + 1 + k);
      return true;
    case 'jump':
      jump(instruction, index, operation, code);
      return true;
    case 'return':
      if (operation.source === 'k') writer.returnConstant(k);
      else writer.returnA();
      return false;
  }
}

function loadPacket(
  instruction: ClassicInstruction,
  index: number,
  operation: Extract<ClassicOperation, { kind: 'load-packet' }>,
  code: CodeWriter,
  writer: FlavourWriter,
  flavour: ClassicFlavour,
): boolean {
  const { k } = instruction;
  const ancillary = ancillaryOf(instruction);
  if (ancillary !== null && ancillary !== 'unknown') {
    if (ancillary.name === 'xor-x') {
      code.alu('xor', A, { reg: X });
      return true;
    }
    const reason = writer.loadAncillary(ancillary.name);
    if (reason === null) return true;
    throw new UnsupportedClassicError(index, formatClassic(instruction, index), flavour, reason);
  }
  if (operation.mode === 'abs') return writer.loadAbsolute(A, k, operation.size);
  writer.loadIndexed(k, operation.size);
  return true;
}

function jump(
  { jt, jf, k }: ClassicInstruction,
  index: number,
  { op, source }: Extract<ClassicOperation, { kind: 'jump' }>,
  code: CodeWriter,
): void {
  const [holds, fails] = [index + 1 + jt, index + 1 + jf];
  const operand: Source = source === 'x' ? { reg: X } : { imm: k };
  const negated = NEGATED[op];
  if (holds === index + 1 && negated !== null) {
    if (fails !== holds) code.branch(negated, A, operand, fails);
  } else {
    if (holds !== fails) code.branch(op, A, operand, holds);
    code.goto(fails);
  }
}

function register(name: 'a' | 'x'): typeof A | typeof X {
  return name === 'a' ? A : X;
}

/** M[] is the end of the stack frame. */
function cellOffset(k: number): number {
  return 4 * (k - MEMORY_CELLS);
}
