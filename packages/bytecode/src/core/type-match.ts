import type { BtfType } from '../btf/types.ts';
import type { Budget } from './budget.ts';
import { CoreFault } from './core-fault.ts';
import { type CoreTypes, isComposite, isEnum, nameOf } from './core-types.ts';
import { essentialName } from './essential-name.ts';

const MAX_DEPTH = 32;

/**
 * Whether the target's type has all that the object's has (relocation kind type_matches;
 * bpf_core_types_match of libbpf):
 *
 *     integers          the same size and signedness
 *     structs, unions   each member is there by name, and matches; behind a pointer the name is enough
 *     enums             the same size, each enumerator is there by name
 *     arrays            the same length, elements match
 *     function types    the same number of parameters, each matches, and what is returned
 *
 * Names are compared at every level, flavours aside; typedefs and qualifiers are looked through.
 */
export class TypeMatcher {
  readonly #budget: Budget;
  readonly #local: CoreTypes;
  readonly #target: CoreTypes;

  constructor(budget: Budget, local: CoreTypes, target: CoreTypes) {
    this.#budget = budget;
    this.#local = local;
    this.#target = target;
  }

  matches(localId: number, targetId: number): boolean {
    return this.#matches(localId, targetId, false, MAX_DEPTH);
  }

  #matches(localId: number, targetId: number, pointed: boolean, level: number): boolean {
    if (level <= 0) throw tooDeep(localId);
    let [localAt, targetAt, behindPointer] = [localId, targetId, pointed];
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      this.#budget.spend();
      const { type: one } = this.#local.skip(localAt);
      const { type: other } = this.#target.skip(targetAt);
      if (!sameName(nameOf(one), nameOf(other))) return false;
      switch (one.kind) {
        case 'ptr':
          if (other.kind !== 'ptr') return false;
          behindPointer = true;
          [localAt, targetAt] = [one.type, other.type];
          break;
        case 'array':
          if (other.kind !== 'array' || one.length !== other.length) return false;
          [localAt, targetAt] = [one.type, other.type];
          break;
        case 'func-proto':
          if (other.kind !== 'func-proto') return false;
          if (!this.#parametersMatch(one, other, behindPointer, level)) return false;
          [localAt, targetAt] = [one.returns, other.returns];
          break;
        case 'struct':
        case 'union':
          return behindPointer
            ? composedAs(other) === one.kind
            : one.kind === other.kind && this.#membersMatch(one, other, level);
        case 'fwd':
          return behindPointer
            ? composedAs(other) === one.of
            : other.kind === 'fwd' && one.of === other.of;
        case 'enum':
        case 'enum64':
          return isEnum(other) && this.#enumsMatch(one, other);
        case 'int': {
          const signed = one.encoding === 'signed';
          return (
            other.kind === 'int' &&
            one.size === other.size &&
            signed === (other.encoding === 'signed')
          );
        }
        case 'void':
          return other.kind === 'void';
        default:
          return false;
      }
    }
    throw tooDeep(localId);
  }

  #parametersMatch(
    one: BtfType & { kind: 'func-proto' },
    other: BtfType & { kind: 'func-proto' },
    behindPointer: boolean,
    level: number,
  ): boolean {
    return (
      one.parameters.length === other.parameters.length &&
      one.parameters.every(({ type }, index) =>
        this.#matches(type, other.parameters[index]?.type ?? 0, behindPointer, level - 1),
      )
    );
  }

  #membersMatch(
    one: BtfType & { kind: 'struct' | 'union' },
    other: BtfType & { kind: 'struct' | 'union' },
    level: number,
  ): boolean {
    return (
      one.members.length <= other.members.length &&
      one.members.every((member) =>
        other.members.some((candidate) => {
          this.#budget.spend();
          return (
            sameName(member.name, candidate.name) &&
            this.#matches(member.type, candidate.type, false, level - 1)
          );
        }),
      )
    );
  }

  #enumsMatch(
    one: BtfType & { kind: 'enum' | 'enum64' },
    other: BtfType & { kind: 'enum' | 'enum64' },
  ): boolean {
    if (one.size !== other.size || one.values.length > other.values.length) return false;
    return one.values.every(({ name }) =>
      other.values.some((candidate) => {
        this.#budget.spend();
        return sameName(name, candidate.name);
      }),
    );
  }
}

/** Nothing is like a nameless type but another one. */
function sameName(local: string, target: string): boolean {
  return local === target || (target !== '' && essentialName(local) === essentialName(target));
}

/** `struct` and `union` of a definition or a forward declaration. */
function composedAs(type: BtfType): 'struct' | 'union' | null {
  return isComposite(type) ? type.kind : type.kind === 'fwd' ? type.of : null;
}

function tooDeep(id: number): CoreFault {
  return new CoreFault(`type ${id} leads through more than ${MAX_DEPTH} others`);
}
