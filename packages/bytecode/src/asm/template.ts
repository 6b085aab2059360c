import { InternalError } from '../errors.ts';
import type { Opcode } from '../isa/opcode.ts';
import { OPCODES } from '../isa/opcodes.ts';
import { lexStatement } from './lexer.ts';
import type { Syntax } from './syntax.ts';

/**
 * The operands of the templates in the opcode table:
 *
 *     dst, src          register; dst32, src32 LLVM's name of its low half (w1)
 *     imm               signed 32-bit; unsigned spellings of the same bits are read too
 *     imm64             both imms of lddw
 *     helper            imm without a sign
 *     offset            signed 16-bit
 *     +offset           distance from a base register, with its sign: `+ 0x8`
 *     +imm?, +nextImm   the same in 32 bits, not printed when zero
 *     target, target32  jump target in slots (offset, imm): `+5`, `-3` or a label
 *     immHigh, immLow   unsigned halves of the imm
 */
const PLACEHOLDERS = [
  'dst',
  'src',
  'dst32',
  'src32',
  'imm',
  'imm64',
  'helper',
  'offset',
  '+offset',
  '+imm?',
  '+nextImm',
  'target',
  'target32',
  'immHigh',
  'immLow',
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

export type Element =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'operand'; readonly placeholder: Placeholder };

/** Cuts a template into literal text and placeholders. */
export function elementsOf(template: string): readonly Element[] {
  return template
    .split(/(\{[^}]*\})/)
    .filter((part) => part !== '')
    .map((part) => {
      if (!part.startsWith('{')) return { kind: 'text', text: part };
      const placeholder = PLACEHOLDERS.find((known) => known === part.slice(1, -1));
      if (placeholder === undefined) throw new InternalError(`unknown placeholder ${part}`);
      return { kind: 'operand', placeholder };
    });
}

/** State of the automaton that all templates of a syntax make together: a prefix tree of tokens. */
export interface State {
  readonly literals: ReadonlyMap<string, State>;
  readonly operands: ReadonlyMap<Placeholder, State>;
  /** Row whose template ends here. */
  readonly accepts: Opcode | null;
}

interface MutableState extends State {
  readonly literals: Map<string, MutableState>;
  readonly operands: Map<Placeholder, MutableState>;
  accepts: Opcode | null;
}

const grammars = new Map<Syntax, State>();

/** Start state of a syntax; built from the opcode table on first use. */
export function grammarOf(syntax: Syntax): State {
  let start = grammars.get(syntax);
  if (start === undefined) {
    start = build(syntax);
    grammars.set(syntax, start);
  }
  return start;
}

function build(syntax: Syntax): State {
  const start = newState();
  for (const opcode of OPCODES) {
    for (const template of opcode[syntax]) {
      const end = elementsOf(template).reduce(
        (state, element) =>
          element.kind === 'operand'
            ? child(state.operands, element.placeholder)
            : tokensOf(element.text).reduce((at, token) => child(at.literals, token), state),
        start,
      );
      if (end.accepts !== null) throw new InternalError(`two opcodes are written "${template}"`);
      end.accepts = opcode;
    }
  }
  return start;
}

function tokensOf(text: string): readonly string[] {
  return lexStatement({ text, number: 1 }, 0, 'llvm').tokens.map((token) => token.text);
}

function child<Key>(edges: Map<Key, MutableState>, key: Key): MutableState {
  let state = edges.get(key);
  if (state === undefined) {
    state = newState();
    edges.set(key, state);
  }
  return state;
}

function newState(): MutableState {
  return { literals: new Map(), operands: new Map(), accepts: null };
}
