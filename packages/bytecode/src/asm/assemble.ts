import { AssemblyError } from '../errors.ts';
import { decode } from '../isa/decode.ts';
import { encode } from '../isa/encode.ts';
import { instructionOf } from '../isa/fields.ts';
import type { Endianness, Instruction, InstructionStream } from '../isa/instruction.ts';
import { detectSyntax } from './detect-syntax.ts';
import { LabelTable } from './labels.ts';
import { lexStatement, quote, type SourceLine, type Token } from './lexer.ts';
import { type Match, matchStatement } from './match.ts';
import type { Syntax } from './syntax.ts';
import { grammarOf } from './template.ts';

export interface AssembleOptions {
  /** Found out from the text by default. */
  readonly syntax?: Syntax;
  /** Byte order of the stream; little by default. */
  readonly endianness?: Endianness;
}

interface ParsedStatement extends Match {
  readonly line: SourceLine;
  readonly slot: number;
}

/**
 * Assembles a program in either notation. Jumps take a distance in slots from the next instruction
 * (`+5`) or a label; `name:` defines one. In uBPF's notation the label `exit` stands for the first
 * exit instruction unless the program defines it.
 *
 * @throws AssemblyError line and column of the offending token, and why
 */
export function assemble(text: string, options: AssembleOptions = {}): InstructionStream {
  const lines = text.split('\n');
  const syntax = options.syntax ?? detectSyntax(lines);
  const labels = new LabelTable();
  const statements = parse(lines, syntax, labels);
  const instructions = statements.map((statement) => resolve(statement, labels));
  const endianness = options.endianness ?? 'little';
  return decode(encode(instructions, endianness), { endianness });
}

function parse(lines: readonly string[], syntax: Syntax, labels: LabelTable): ParsedStatement[] {
  const grammar = grammarOf(syntax);
  const statements: ParsedStatement[] = [];
  let slot = 0;
  let firstExit: number | null = null;
  for (const [index, text] of lines.entries()) {
    const line = { text, number: index + 1 };
    for (let from: number | null = 0; from !== null; ) {
      const { tokens, next } = lexStatement(line, from, syntax);
      const body = defineLabels(tokens, slot, line, labels);
      if (body.length > 0) {
        const match = matchStatement(grammar, body, line);
        statements.push({ ...match, line, slot });
        if (match.opcode.shape.kind === 'exit') firstExit ??= slot;
        slot += match.opcode.nextImm === undefined ? 1 : 2;
      }
      from = next;
    }
  }
  if (syntax === 'ubpf' && firstExit !== null) labels.defineDefault('exit', firstExit);
  return statements;
}

/** Takes `name:` off the front of a statement. */
function defineLabels(
  tokens: readonly Token[],
  slot: number,
  line: SourceLine,
  labels: LabelTable,
): readonly Token[] {
  let at = 0;
  for (;;) {
    const name = tokens[at];
    if (name === undefined || name.kind === 'operator' || tokens[at + 1]?.text !== ':') break;
    labels.define(name, slot, line);
    at += 2;
  }
  return at === 0 ? tokens : tokens.slice(at);
}

function resolve(statement: ParsedStatement, labels: LabelTable): Instruction {
  const { opcode, fields, label, line, slot } = statement;
  if (label === null) return instructionOf(opcode, fields);
  const target = labels.resolve(label.token, slot, line);
  // From the slot after the first, for lddw of a function too.
  const distance = target - slot - 1;
  if (label.field === 'offset' && (distance < -0x8000 || distance > 0x7fff)) {
    throw new AssemblyError(
      `label ${quote(label.token)} is ${distance} slots away, outside -32768 to 32767`,
      line.number,
      label.token.start + 1,
      line.text,
    );
  }
  return instructionOf(opcode, { ...fields, [label.field]: distance });
}
