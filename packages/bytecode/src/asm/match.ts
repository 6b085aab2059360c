import { AssemblyError } from '../errors.ts';
import type { Fields, Opcode } from '../isa/opcode.ts';
import { quote, type SourceLine, type Token } from './lexer.ts';
import { type LabelReference, nameOf, parseOperand } from './operand.ts';
import { closest } from './suggest.ts';
import type { State } from './template.ts';

/** A statement recognised as an instruction. */
export interface Match {
  readonly opcode: Opcode;
  readonly fields: Fields;
  readonly label: LabelReference | null;
}

/** The failure that got furthest, and the states that it met there. */
interface Failure {
  at: number;
  reason: string | null;
  states: State[];
}

interface Bound {
  readonly fields: Partial<Fields>;
  readonly label: LabelReference | null;
}

/**
 * Finds the template that a statement follows. Literals go before operands; templates part early,
 * so that going back costs at most a few tokens.
 *
 * @throws AssemblyError at the first token that no template continues with
 */
export function matchStatement(start: State, tokens: readonly Token[], line: SourceLine): Match {
  const failure: Failure = { at: 0, reason: null, states: [] };
  const match = walk(start, tokens, 0, { fields: {}, label: null }, failure);
  if (match !== null) return match;
  throw describe(failure, start, tokens, line);
}

function walk(
  state: State,
  tokens: readonly Token[],
  at: number,
  bound: Bound,
  failure: Failure,
): Match | null {
  const token = tokens[at];
  if (token === undefined && state.accepts !== null) {
    const { dst = 0, src = 0, offset = 0, imm = 0, nextImm = 0 } = bound.fields;
    return {
      opcode: state.accepts,
      fields: { dst, src, offset, imm, nextImm },
      label: bound.label,
    };
  }
  const literal = token === undefined ? undefined : state.literals.get(token.text);
  if (literal !== undefined) {
    const match = walk(literal, tokens, at + 1, bound, failure);
    if (match !== null) return match;
  } else {
    fail(failure, at, state, null);
  }
  for (const [placeholder, next] of state.operands) {
    const result = parseOperand(placeholder, tokens, at);
    if (!result.ok) {
      fail(failure, result.at, state, result.reason ?? null);
      continue;
    }
    const { fields, label = bound.label } = result.value;
    const conflict = conflictOf(bound.fields, fields);
    if (conflict !== null) {
      fail(failure, at, state, conflict);
      continue;
    }
    const merged = merge(bound.fields, fields);
    const match = walk(next, tokens, result.next, { fields: merged, label }, failure);
    if (match !== null) return match;
  }
  return null;
}

/** A register named twice in a template (`r1 = -r1`) is one register. */
function conflictOf(bound: Partial<Fields>, fields: Partial<Fields>): string | null {
  for (const field of ['dst', 'src'] as const) {
    const before = bound[field];
    const now = fields[field];
    if (before !== undefined && now !== undefined && before !== now) {
      return `must be the same register as before, ${before}`;
    }
  }
  return null;
}

/** The two halves of an imm come apart; all else is set once. */
function merge(bound: Partial<Fields>, fields: Partial<Fields>): Partial<Fields> {
  const imm = bound.imm !== undefined && fields.imm !== undefined;
  return { ...bound, ...fields, ...(imm ? { imm: (bound.imm ?? 0) | (fields.imm ?? 0) } : {}) };
}

function fail(failure: Failure, at: number, state: State, reason: string | null): void {
  if (at < failure.at) return;
  if (at > failure.at) {
    failure.at = at;
    failure.reason = null;
    failure.states = [];
  }
  failure.reason ??= reason;
  failure.states.push(state);
}

/** Longer lists of alternatives say less than the offending token alone. */
const MAX_ALTERNATIVES = 6;

function describe(
  failure: Failure,
  start: State,
  tokens: readonly Token[],
  line: SourceLine,
): AssemblyError {
  const token = tokens[failure.at];
  const last = tokens[tokens.length - 1];
  const column = (token?.start ?? (last === undefined ? 0 : last.start + last.text.length)) + 1;
  return new AssemblyError(reasonOf(failure, start, token), line.number, column, line.text);
}

function reasonOf(failure: Failure, start: State, token: Token | undefined): string {
  if (failure.reason !== null) return failure.reason;
  const found = token === undefined ? 'the end of the line' : quote(token);
  if (failure.at === 0 && token?.kind === 'word') {
    const known = closest(token.text, start.literals.keys());
    return `unknown mnemonic ${found}${known === null ? '' : `, did you mean '${known}'?`}`;
  }
  const literals = failure.states.flatMap((state) => [...state.literals.keys()]);
  const expected = new Set([
    ...literals.map((text) => `'${text}'`),
    ...failure.states.flatMap((state) => [...state.operands.keys()].map(nameOf)),
    ...(failure.states.some((state) => state.accepts !== null) ? ['the end of the line'] : []),
  ]);
  if (expected.size <= MAX_ALTERNATIVES) {
    return `expected ${[...expected].join(' or ')}, found ${found}`;
  }
  const known = token === undefined ? null : similar(token, literals);
  return known === null ? `unexpected ${found}` : `unexpected ${found}, did you mean '${known}'?`;
}

/** Words by spelling; an operator by one that it begins or that begins it. */
function similar(token: Token, literals: readonly string[]): string | null {
  const { kind, text } = token;
  if (kind === 'word') return closest(text, literals);
  return literals.find((known) => known.startsWith(text) || text.startsWith(known)) ?? null;
}
