import { fieldsOf } from '../isa/fields.ts';
import type { Instruction, InstructionStream } from '../isa/instruction.ts';
import type { Fields } from '../isa/opcode.ts';
import { opcodeOf } from '../isa/opcodes.ts';
import { targetSlotOf } from '../isa/target.ts';
import { joinImm64, signedHex } from './number.ts';
import type { Syntax } from './syntax.ts';
import { type Element, elementsOf, type Placeholder } from './template.ts';

export interface FormatOptions {
  /** `llvm` by default. */
  readonly syntax?: Syntax;
  /** Name of the slot that a jump or call goes to, in place of its distance. */
  readonly target?: string;
}

/** A source line and the slot where its code begins; object/spec.ts `LineInfo` is one. */
export interface SourceLocation {
  readonly slot: number;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface DisassembleOptions {
  readonly syntax?: Syntax;
  /** Printed as comments above their instructions. */
  readonly lines?: readonly SourceLocation[];
  /** Names jump targets (`L5`, after the slot) instead of counting slots. */
  readonly labels?: boolean;
}

/**
 * Text of a stream, one instruction per line, that `assemble` turns into the same bytes in the same
 * syntax. Without labels the LLVM notation is that of llvm-objdump 19, but for its notes behind jump
 * targets and what syntax.ts lists; what it knows under `--mattr=+alu32` alone is printed so.
 */
export function disassemble(stream: InstructionStream, options: DisassembleOptions = {}): string {
  const { syntax = 'llvm', lines = [], labels = false } = options;
  const targets = labels ? targetSlots(stream) : new Set<number>();
  const comments = bySlot(lines);
  const output: string[] = [];
  stream.instructions.forEach((instruction, index) => {
    const slot = stream.slots[index] ?? 0;
    for (const line of comments.get(slot) ?? []) output.push(sourceComment(line));
    if (targets.has(slot)) output.push(`${labelOf(slot)}:`);
    const target = targetSlotOf(instruction, slot);
    const named = target !== null && targets.has(target);
    output.push(
      formatInstruction(instruction, named ? { syntax, target: labelOf(target) } : { syntax }),
    );
  });
  return output.map((line) => `${line}\n`).join('');
}

/** Text of one instruction. */
export function formatInstruction(instruction: Instruction, options: FormatOptions = {}): string {
  const { syntax = 'llvm', target } = options;
  const opcode = opcodeOf(instruction);
  const fields = fieldsOf(opcode, instruction);
  return printedElements(opcode[syntax][0] ?? '')
    .map((element) =>
      element.kind === 'text' ? element.text : print(element.placeholder, fields, syntax, target),
    )
    .join('');
}

const compiled = new Map<string, readonly Element[]>();

function printedElements(template: string): readonly Element[] {
  let elements = compiled.get(template);
  if (elements === undefined) {
    elements = elementsOf(template);
    compiled.set(template, elements);
  }
  return elements;
}

/** Targets that begin an instruction; others keep their number. */
function targetSlots(stream: InstructionStream): ReadonlySet<number> {
  const targets = new Set<number>();
  stream.instructions.forEach((instruction, index) => {
    const target = targetSlotOf(instruction, stream.slots[index] ?? 0);
    if (target !== null && (stream.indexOfSlot[target] ?? -1) >= 0) targets.add(target);
  });
  return targets;
}

function labelOf(slot: number): string {
  return `L${slot}`;
}

function bySlot(lines: readonly SourceLocation[]): ReadonlyMap<number, readonly SourceLocation[]> {
  const groups = new Map<number, SourceLocation[]>();
  for (const line of lines) {
    const group = groups.get(line.slot);
    if (group === undefined) groups.set(line.slot, [line]);
    else group.push(line);
  }
  return groups;
}

/** BTF strings come from the object file: only what stays on the line is printed. */
function sourceComment(line: SourceLocation): string {
  const source = `; ${line.file}:${line.line}: ${line.text.trim()}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  return source.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trimEnd();
}

function print(
  placeholder: Placeholder,
  fields: Fields,
  syntax: Syntax,
  target: string | undefined,
): string {
  const signed = (value: number): string => (syntax === 'llvm' ? signedHex(value) : `${value}`);
  switch (placeholder) {
    case 'dst':
      return registerName(fields.dst, syntax);
    case 'src':
      return registerName(fields.src, syntax);
    case 'dst32':
      return `w${fields.dst}`;
    case 'src32':
      return `w${fields.src}`;
    case 'imm':
      return signed(fields.imm);
    case 'helper':
      return signed(fields.imm >>> 0);
    case 'imm64': {
      const value = joinImm64(fields.imm, fields.nextImm);
      return signedHex(syntax === 'llvm' ? value : BigInt.asUintN(64, value));
    }
    case 'offset':
      return signed(fields.offset);
    case '+offset':
      return syntax === 'ubpf' && fields.offset === 0 ? '' : displacement(fields.offset, syntax);
    case '+imm?':
      return fields.imm === 0 ? '' : displacement(fields.imm, syntax);
    case '+nextImm':
      return fields.nextImm === 0 ? '' : displacement(fields.nextImm, syntax);
    case 'target':
      return target ?? distance(fields.offset, signed);
    case 'target32':
      return target ?? distance(fields.imm, signed);
    case 'immHigh':
      return signed(fields.imm >>> 16);
    case 'immLow':
      return signed(fields.imm & 0xffff);
  }
}

function registerName(index: number, syntax: Syntax): string {
  return syntax === 'llvm' ? `r${index}` : `%r${index}`;
}

function displacement(value: number, syntax: Syntax): string {
  if (syntax === 'ubpf') return value < 0 ? `${value}` : `+${value}`;
  return value < 0 ? ` - ${signedHex(-value)}` : ` + ${signedHex(value)}`;
}

function distance(value: number, signed: (value: number) => string): string {
  return value < 0 ? signed(value) : `+${signed(value)}`;
}
