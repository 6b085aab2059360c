import { type Accessor, type AccessPath, addBits, isFlexible, MAX_PATH } from './access-path.ts';
import type { Budget } from './budget.ts';
import { fieldsAreCompatible } from './compatible.ts';
import { CoreFault } from './core-fault.ts';
import { type CoreTypes, isComposite, isEnum } from './core-types.ts';
import { essentialName } from './essential-name.ts';
import { MemberIndex } from './member-index.ts';

/** The same way in a type of the target, or why there is none. */
export type PathMatch =
  | { readonly path: AccessPath; readonly reason?: never }
  | { readonly path?: never; readonly reason: string };

/**
 * Finds the fields of a path by their names in the target's type, anonymous structs and unions
 * included, and its indices within the target's arrays (bpf_core_spec_match of libbpf).
 */
export class PathMatcher {
  readonly #budget: Budget;
  readonly #local: CoreTypes;
  readonly #target: CoreTypes;
  readonly #members: MemberIndex;

  constructor(budget: Budget, local: CoreTypes, target: CoreTypes) {
    this.#budget = budget;
    this.#local = local;
    this.#target = target;
    this.#members = new MemberIndex(target, budget);
  }

  field(local: AccessPath, candidateId: number): PathMatch {
    const accessors: Accessor[] = [];
    let bitOffset = 0;
    let id = candidateId;
    let depth = 0;
    for (const accessor of local.accessors) {
      if (accessor.name === null) {
        const element = accessors.length === 0 ? this.#target.skip(id).id : null;
        const at = element ?? this.#element(accessor, accessors.at(-1), id);
        if (at === null) return { reason: `no array with an element ${accessor.index} there` };
        id = at;
        depth++;
        accessors.push({ typeId: id, index: accessor.index, name: null });
        bitOffset = addBits(bitOffset, accessor.index * this.#target.size(id) * 8);
      } else {
        const found = this.#members.find(id, accessor.name);
        if (found === undefined) return { reason: `no member ${accessor.name}` };
        const { holderId, index, member } = found;
        if (!this.#compatible(accessor, member.type)) {
          return { reason: `a member ${accessor.name} of another type` };
        }
        accessors.push({ typeId: holderId, index, name: member.name });
        bitOffset = addBits(bitOffset, found.bitOffset);
        depth += found.depth;
        id = member.type;
      }
      if (depth > MAX_PATH) throw new CoreFault(`the target's types nest more than ${MAX_PATH}`);
    }
    return { path: { rootTypeId: candidateId, accessors, bitOffset } };
  }

  enumerator({ accessors: [wanted] }: AccessPath, candidateId: number): PathMatch {
    const { id, type } = this.#target.skip(candidateId);
    const name = essentialName(wanted?.name ?? '');
    const index = isEnum(type)
      ? type.values.findIndex((value) => {
          this.#budget.spend();
          return essentialName(value.name) === name;
        })
      : -1;
    if (index < 0) return { reason: `no enumerator ${name}` };
    const accessors = [{ typeId: id, index, name }];
    return { path: { rootTypeId: candidateId, accessors, bitOffset: 0 } };
  }

  /** @returns the type of the element; null where the array is too short, or none */
  #element(wanted: Accessor, holder: Accessor | undefined, id: number): number | null {
    const { type } = this.#target.skip(id);
    if (type.kind !== 'array') return null;
    if (wanted.index >= type.length && !isFlexible(this.#target, holder, type.length)) return null;
    return this.#target.skip(type.type).id;
  }

  #compatible(wanted: Accessor, targetType: number): boolean {
    const holder = this.#local.type(wanted.typeId);
    const member = isComposite(holder) ? holder.members[wanted.index] : undefined;
    return (
      member !== undefined &&
      fieldsAreCompatible(this.#local, member.type, this.#target, targetType)
    );
  }
}
