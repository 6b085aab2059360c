import { AssemblyError } from '../errors.ts';
import { quote, type SourceLine, type Token } from './lexer.ts';
import { closest } from './suggest.ts';

/** Names of slots: words once per program, numbers (LLVM's local labels) as often as wanted. */
export class LabelTable {
  readonly #named = new Map<string, { readonly slot: number; readonly line: number }>();
  /** Slots of each numeric label, ascending. */
  readonly #numeric = new Map<string, number[]>();

  /** @throws AssemblyError a word that is defined already */
  define(token: Token, slot: number, line: SourceLine): void {
    if (token.kind === 'number') {
      const slots = this.#numeric.get(token.text) ?? [];
      slots.push(slot);
      this.#numeric.set(token.text, slots);
      return;
    }
    const before = this.#named.get(token.text);
    if (before !== undefined) {
      throw new AssemblyError(
        `label ${quote(token)} is already defined in line ${before.line}`,
        line.number,
        token.start + 1,
        line.text,
      );
    }
    this.#named.set(token.text, { slot, line: line.number });
  }

  /** Defines a name unless the program did. */
  defineDefault(name: string, slot: number): void {
    if (!this.#named.has(name)) this.#named.set(name, { slot, line: 0 });
  }

  /**
   * @param from slot of the instruction that names the label
   * @throws AssemblyError no such label
   */
  resolve(token: Token, from: number, line: SourceLine): number {
    const slot =
      token.kind === 'number'
        ? this.#resolveNumeric(token.text, from)
        : this.#named.get(token.text)?.slot;
    if (slot !== undefined) return slot;
    const known = closest(token.text, this.#named.keys());
    throw new AssemblyError(
      `undefined label ${quote(token)}${known === null ? '' : `, did you mean '${known}'?`}`,
      line.number,
      token.start + 1,
      line.text,
    );
  }

  #resolveNumeric(text: string, from: number): number | undefined {
    const slots = this.#numeric.get(text.slice(0, -1)) ?? [];
    // First definition behind `from`; the one before it is the nearest backwards.
    let low = 0;
    let high = slots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((slots[middle] ?? 0) > from) high = middle;
      else low = middle + 1;
    }
    return slots[text.endsWith('f') ? low : low - 1];
  }
}
