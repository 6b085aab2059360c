import type { Btf } from '../../btf/btf.ts';
import { skipModifiers } from '../../btf/resolve.ts';
import type { BtfType } from '../../btf/types.ts';

/** Depth that is followed; types of real objects nest a dozen deep. */
const MAX_DEPTH = 32;
/** Types compared for one symbol, so that members of members cannot multiply without end. */
const MAX_COMPARISONS = 100_000;

/** A type of one of two objects. */
export interface TypeAt {
  readonly btf: Btf;
  readonly id: number;
}

/**
 * Whether two objects mean the same by a symbol, by the rules of libbpf's linker
 * (glob_sym_btf_matches): sizes of numbers, members by name and offset, functions by their parameters;
 * behind pointers names alone, where a forward declaration stands for its type.
 */
export function sameType(one: TypeAt, other: TypeAt): boolean {
  return new Comparison(one.btf, other.btf).matches(one.id, other.id, true, MAX_DEPTH);
}

class Comparison {
  readonly #one: Btf;
  readonly #other: Btf;
  #left = MAX_COMPARISONS;

  constructor(one: Btf, other: Btf) {
    this.#one = one;
    this.#other = other;
  }

  matches(oneId: number, otherId: number, exact: boolean, depth: number): boolean {
    if (depth === 0 || --this.#left < 0) return false;
    const one = skipModifiers(this.#one, oneId).type;
    const other = skipModifiers(this.#other, otherId).type;
    const deeper = (a: number, b: number, still = exact): boolean =>
      this.matches(a, b, still, depth - 1);

    if (!exact && (one.kind === 'fwd') !== (other.kind === 'fwd')) {
      return forwards(one, other) || forwards(other, one);
    }
    if (one.kind !== other.kind || nameThatCounts(one) !== nameThatCounts(other)) return false;
    switch (one.kind) {
      case 'void':
      case 'fwd':
        return true;
      case 'int':
      case 'float':
      case 'enum':
      case 'enum64':
        return 'size' in other && one.size === other.size;
      case 'ptr':
        return other.kind === 'ptr' && deeper(one.type, other.type, false);
      case 'array':
        return other.kind === 'array' && deeper(one.type, other.type);
      case 'func':
      case 'var':
        return other.kind === one.kind && deeper(one.type, other.type);
      case 'struct':
      case 'union':
        return (
          !exact ||
          (other.kind === one.kind &&
            one.members.length === other.members.length &&
            one.members.every((member, index) => {
              const match = other.members[index];
              return (
                match !== undefined &&
                member.name === match.name &&
                member.bitOffset === match.bitOffset &&
                deeper(member.type, match.type)
              );
            }))
        );
      case 'func-proto':
        return (
          other.kind === 'func-proto' &&
          one.parameters.length === other.parameters.length &&
          one.parameters.every(({ type }, index) =>
            deeper(type, other.parameters[index]?.type ?? 0),
          ) &&
          deeper(one.returns, other.returns)
        );
      default:
        return false;
    }
  }
}

function forwards(declaration: BtfType, type: BtfType): boolean {
  return (
    declaration.kind === 'fwd' &&
    type.kind === declaration.of &&
    'name' in type &&
    type.name === declaration.name
  );
}

function nameThatCounts(type: BtfType): string {
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'fwd':
    case 'func':
    case 'var':
      return type.name;
    default:
      return '';
  }
}
