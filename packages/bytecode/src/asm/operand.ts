import type { Fields } from '../isa/opcode.ts';
import { quote, type Token } from './lexer.ts';
import { parseNumber, splitImm64 } from './number.ts';
import type { Placeholder } from './template.ts';

/** A label in the place of a jump target, resolved once all labels are known. */
export interface LabelReference {
  readonly field: 'offset' | 'imm';
  readonly token: Token;
}

/** What an operand contributes to its instruction. */
interface OperandValue {
  readonly fields: Partial<Fields>;
  readonly label?: LabelReference;
}

export type OperandResult =
  | { readonly ok: true; readonly value: OperandValue; readonly next: number }
  /** `reason` where the operand began well: a token of the right kind with a wrong value. */
  | { readonly ok: false; readonly at: number; readonly reason?: string };

const NAMES: Readonly<Record<Placeholder, string>> = {
  dst: 'a register',
  src: 'a register',
  dst32: 'a 32-bit register (w0 to w10)',
  src32: 'a 32-bit register (w0 to w10)',
  imm: 'a number',
  imm64: 'a number',
  helper: 'a helper number',
  offset: 'a number',
  '+offset': "'+' or '-'",
  '+imm?': "'+' or '-'",
  '+nextImm': "'+' or '-'",
  target: 'a jump target',
  target32: 'a jump target',
  immHigh: 'a number',
  immLow: 'a number',
};

/** How an error message calls what was expected. */
export function nameOf(placeholder: Placeholder): string {
  return NAMES[placeholder];
}

/** Reads the operand of a placeholder from `tokens[at]` on. */
export function parseOperand(
  placeholder: Placeholder,
  tokens: readonly Token[],
  at: number,
): OperandResult {
  switch (placeholder) {
    case 'dst':
      return register(tokens, at, 'r', (dst) => ({ dst }));
    case 'src':
      return register(tokens, at, 'r', (src) => ({ src }));
    case 'dst32':
      return register(tokens, at, 'w', (dst) => ({ dst }));
    case 'src32':
      return register(tokens, at, 'w', (src) => ({ src }));
    case 'imm':
      return number(tokens, at, 'optional', IMM, (value) => ({ imm: Number(value) | 0 }));
    case 'imm64':
      return number(tokens, at, 'optional', IMM64, splitImm64);
    case 'helper':
      return number(tokens, at, 'none', IMM, (value) => ({ imm: Number(value) | 0 }));
    case 'offset':
      return number(tokens, at, 'optional', OFFSET, (value) => ({ offset: Number(value) }));
    case '+offset':
      return displacement(tokens, at, OFFSET, (offset) => ({ offset }));
    case '+imm?':
      return displacement(tokens, at, SIGNED_IMM, (imm) => ({ imm }));
    case '+nextImm':
      return displacement(tokens, at, SIGNED_IMM, (nextImm) => ({ nextImm }));
    case 'target':
      return target(tokens, at, 'offset', OFFSET);
    case 'target32':
      return target(tokens, at, 'imm', SIGNED_IMM);
    case 'immHigh':
      return number(tokens, at, 'none', HALF, (value) => ({ imm: Number(value) << 16 }));
    case 'immLow':
      return number(tokens, at, 'none', HALF, (value) => ({ imm: Number(value) }));
  }
}

interface Range {
  readonly what: string;
  readonly min: bigint;
  readonly max: bigint;
}

const OFFSET: Range = { what: 'offset', min: -0x8000n, max: 0x7fffn };
/** Jumps and displacements have a sign; constants may also be written unsigned. */
const SIGNED_IMM: Range = { what: 'number', min: -0x80000000n, max: 0x7fffffffn };
const IMM: Range = { what: 'immediate', min: -0x80000000n, max: 0xffffffffn };
const IMM64: Range = { what: 'immediate', min: -(1n << 63n), max: (1n << 64n) - 1n };
const HALF: Range = { what: 'address space', min: 0n, max: 0xffffn };

const REGISTER = /^%?([rw])(\d+)$/;

function register(
  tokens: readonly Token[],
  at: number,
  letter: 'r' | 'w',
  toFields: (register: number) => Partial<Fields>,
): OperandResult {
  const token = tokens[at];
  const match = token === undefined ? null : REGISTER.exec(token.text);
  if (token === undefined || match?.[1] !== letter) return { ok: false, at };
  const index = Number(match[2]);
  if (index > 10) {
    return { ok: false, at, reason: `no such register ${quote(token)} (registers are 0 to 10)` };
  }
  return { ok: true, value: { fields: toFields(index) }, next: at + 1 };
}

function number(
  tokens: readonly Token[],
  at: number,
  sign: 'none' | 'optional' | 'required',
  range: Range,
  toFields: (value: bigint) => Partial<Fields>,
): OperandResult {
  const first = tokens[at]?.text;
  const signed = sign !== 'none' && (first === '-' || first === '+');
  if (sign === 'required' && !signed) return { ok: false, at };
  const token = tokens[signed ? at + 1 : at];
  if (token?.kind !== 'number') {
    return signed ? { ok: false, at: at + 1, reason: 'expected a number' } : { ok: false, at };
  }
  const magnitude = parseNumber(token.text);
  if (magnitude === 'malformed') {
    return { ok: false, at, reason: `malformed number ${quote(token)}` };
  }
  const value = typeof magnitude === 'bigint' && first === '-' ? -magnitude : magnitude;
  if (value === 'huge' || value < range.min || value > range.max) {
    const text = `${signed ? first : ''}${quote(token).slice(1, -1)}`;
    return {
      ok: false,
      at,
      reason: `${range.what} ${text} is out of range (${range.min} to ${range.max})`,
    };
  }
  return { ok: true, value: { fields: toFields(value) }, next: signed ? at + 2 : at + 1 };
}

/** A signed number behind a base; nothing at all means zero. */
function displacement(
  tokens: readonly Token[],
  at: number,
  range: Range,
  toFields: (value: number) => Partial<Fields>,
): OperandResult {
  const sign = tokens[at]?.text;
  if (sign !== '+' && sign !== '-') return { ok: true, value: { fields: toFields(0) }, next: at };
  return number(tokens, at, 'required', range, (value) => toFields(Number(value)));
}

/** Numeric local labels of LLVM's assembler: `1f` the next `1:`, `1b` the one before. */
const LOCAL_LABEL = /^\d+[fb]$/;

function target(
  tokens: readonly Token[],
  at: number,
  field: 'offset' | 'imm',
  range: Range,
): OperandResult {
  const token = tokens[at];
  if (token?.kind === 'word' || (token?.kind === 'number' && LOCAL_LABEL.test(token.text))) {
    if (token.text.startsWith('%')) return { ok: false, at };
    return { ok: true, value: { fields: {}, label: { field, token } }, next: at + 1 };
  }
  return number(tokens, at, 'optional', range, (value) => ({ [field]: Number(value) }));
}
