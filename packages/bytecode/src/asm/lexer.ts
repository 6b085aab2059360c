import { AssemblyError } from '../errors.ts';
import type { Syntax } from './syntax.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'operator';
  readonly text: string;
  /** Position in its line, from 0. */
  readonly start: number;
}

/** A token as error messages quote it, cut where it is long. */
export function quote(token: Token): string {
  return `'${token.text.length > 40 ? `${token.text.slice(0, 37)}...` : token.text}'`;
}

/** One line of source, for error messages. */
export interface SourceLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

export interface Statement {
  readonly tokens: readonly Token[];
  /** Where the next statement of the line begins; null at its end. */
  readonly next: number | null;
}

/** No instruction needs half as many; keeps hostile lines from growing without bound. */
const MAX_TOKENS = 64;

const TOKEN = new RegExp(
  [
    '(<[A-Za-z_.$][^<>\\s]*>)', // llvm-objdump's note on a jump target, dropped
    '(s(?:>>=|>=|<=|>|<|/=|%=))', // signed operators come before words
    '(%?[A-Za-z_.$@][\\w.$@]*)',
    '(\\d\\w*)',
    '(<<=|>>=|[-+*/%&|^=!<>]=|[-+*/%&|^=<>()[\\],:])',
  ].join('|'),
  'y',
);

/**
 * Splits one statement off a line. `#` and `//` begin a comment; so does `;` in uBPF's notation and
 * at the start of an LLVM line (llvm-objdump's source lines), elsewhere LLVM separates statements
 * by it.
 *
 * @throws AssemblyError a character of no token
 */
export function lexStatement(line: SourceLine, from: number, syntax: Syntax): Statement {
  const { text } = line;
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    while (isBlank(text.charCodeAt(at))) at++;
    if (at >= text.length || text[at] === '#' || text.startsWith('//', at)) break;
    if (text[at] === ';') {
      const comment = syntax === 'ubpf' || (from === 0 && tokens.length === 0);
      return { tokens, next: comment ? null : at + 1 };
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      throw new AssemblyError(
        `unexpected character ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`,
        line.number,
        at + 1,
        text,
      );
    }
    if (match[1] === undefined) {
      if (tokens.length === MAX_TOKENS) {
        throw new AssemblyError('statement is too long', line.number, at + 1, text);
      }
      tokens.push({ kind: kindOf(match), text: match[0], start: at });
    }
    at += match[0].length;
  }
  return { tokens, next: null };
}

function kindOf(match: RegExpExecArray): Token['kind'] {
  if (match[3] !== undefined) return 'word';
  return match[4] !== undefined ? 'number' : 'operator';
}

/** Space, tab, carriage return, form feed, vertical tab. */
function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
