import { ClassicFormatError } from './errors.ts';
import type { ClassicInstruction, ClassicProgram } from './instruction.ts';

/** Decimal, and hexadecimal as `tcpdump -dd` prints codes and k. */
const NUMBER = /^(?:[0-9]{1,10}|0x[0-9a-f]{1,8})$/i;

const BLANKS = /[ \t]+/;

/**
 * Reads what `tcpdump -ddd` prints: the number of instructions, then `code jt jf k` of each in decimal,
 * one a line. A comma does for the end of a line, as in `bpf_asm`'s output, which iptables and tc take.
 *
 * @throws ClassicFormatError names the line
 */
export function parseDdd(text: string): ClassicProgram {
  const [head, ...rest] = rowsOf(text, ',');
  if (head === undefined || !/^[0-9]{1,10}$/.test(head.text)) {
    throw new ClassicFormatError('expected the number of instructions', head?.line ?? 1);
  }
  const program = rest.map((row) => instructionOf(row, row.text.split(BLANKS)));
  if (program.length !== Number(head.text)) {
    const reason = `${program.length} instructions, announced as ${head.text}`;
    throw new ClassicFormatError(reason, head.line);
  }
  return program;
}

/** `{ 0x28, 0, 0, 0x0000000c },` */
const C_INITIALISER = /^\{([^{}]*)\},?$/;

/**
 * Reads what `tcpdump -dd` prints: `{ code, jt, jf, k },`, one a line.
 *
 * @throws ClassicFormatError names the line
 */
export function parseDd(text: string): ClassicProgram {
  return rowsOf(text, null).map((row) => {
    const fields = C_INITIALISER.exec(row.text)?.[1];
    if (fields === undefined) {
      throw new ClassicFormatError('expected { code, jt, jf, k }', row.line);
    }
    return instructionOf(
      row,
      fields.split(',').map((field) => field.trim()),
    );
  });
}

/** As `tcpdump -ddd` prints it; the inverse of `parseDdd`. */
export function formatDdd(program: ClassicProgram): string {
  const rows = program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}\n`);
  return `${program.length}\n${rows.join('')}`;
}

interface Row {
  readonly line: number;
  /** Not empty. */
  readonly text: string;
}

/** @param separator ends a row as the end of the line does */
function rowsOf(text: string, separator: string | null): readonly Row[] {
  const rows: Row[] = [];
  text.split('\n').forEach((content, index) => {
    for (const piece of separator === null ? [content] : content.split(separator)) {
      const trimmed = piece.trim();
      if (trimmed !== '') rows.push({ line: index + 1, text: trimmed });
    }
  });
  return rows;
}

function instructionOf(row: Row, fields: readonly string[]): ClassicInstruction {
  if (fields.length !== 4) {
    throw new ClassicFormatError(
      `expected code, jt, jf and k, found ${fields.length} fields`,
      row.line,
    );
  }
  const [code, jt, jf, k] = fields;
  return {
    code: field(row, 'code', code, 0xffff),
    jt: field(row, 'jt', jt, 0xff),
    jf: field(row, 'jf', jf, 0xff),
    k: field(row, 'k', k, 0xffff_ffff),
  };
}

function field(row: Row, name: string, text: string | undefined, max: number): number {
  const value = text !== undefined && NUMBER.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  const shown = (text ?? '').slice(0, 40);
  throw new ClassicFormatError(`${name} is "${shown}", no number from 0 to ${max}`, row.line);
}
