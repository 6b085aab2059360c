import type { Btf } from '../btf.ts';
import type { BtfType } from '../types.ts';

const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline ' +
    'int long register restrict return short signed sizeof static struct switch typedef union ' +
    'unsigned void volatile while _Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary ' +
    '_Noreturn _Static_assert _Thread_local asm typeof'
  ).split(' '),
);

/** A name of BTF as C can say it: other compilers' names hold what no identifier may. */
export function identifier(name: string): string {
  const text = name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
  return KEYWORDS.has(text) ? `${text}_` : text;
}

/**
 * Names of types and enumerators in C. Several types may share a name in BTF; the second gets the
 * suffix `___2` and so on, which CO-RE takes for a flavour of the first.
 */
export class CNames {
  readonly #btf: Btf;
  /** Tags (struct, union, enum) and ordinary identifiers live apart. */
  readonly #uses = { tag: new Map<string, number>(), ordinary: new Map<string, number>() };
  readonly #known = new Map<number, string>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** Of a struct, union, enum, fwd or typedef; '' of an anonymous one. */
  ofType(id: number, type: BtfType & { readonly name: string }): string {
    if (type.name === '') return '';
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const same = type.kind === 'fwd' ? this.#declaredBy(type) : id;
    const name =
      same === id
        ? this.#unique(type.kind === 'typedef' ? 'ordinary' : 'tag', type.name)
        : this.ofType(same, this.#btf.type(same) as typeof type);
    this.#known.set(id, name);
    return name;
  }

  enumerator(name: string): string {
    return this.#unique('ordinary', name);
  }

  /** The first type that a forward declaration can mean: a definition if there is one. */
  #declaredBy(fwd: Extract<BtfType, { kind: 'fwd' }>): number {
    const ids = this.#btf.idsByName(fwd.name);
    const isSame = (id: number): boolean => {
      const type = this.#btf.type(id);
      return type.kind === 'fwd' && type.of === fwd.of;
    };
    return (
      ids.find((id) => this.#btf.kind(id) === fwd.of) ?? ids.find(isSame) ?? (ids[0] as number)
    );
  }

  #unique(space: 'tag' | 'ordinary', name: string): string {
    const uses = this.#uses[space];
    const text = identifier(name);
    const count = (uses.get(text) ?? 0) + 1;
    uses.set(text, count);
    return count === 1 ? text : `${text}___${count}`;
  }
}
