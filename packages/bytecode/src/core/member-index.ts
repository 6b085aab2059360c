import type { BtfMember, BtfType } from '../btf/types.ts';
import { MAX_PATH } from './access-path.ts';
import type { Budget } from './budget.ts';
import { type CoreTypes, isComposite } from './core-types.ts';

/** A named member, found in a struct or in the anonymous ones that it holds. */
export interface FoundMember {
  /** The struct or union that it is a member of, and its place there. */
  readonly holderId: number;
  readonly index: number;
  readonly member: BtfMember;
  /** From the start of the struct in which it was looked for. */
  readonly bitOffset: number;
  /** Members gone through: itself and the anonymous ones around it. */
  readonly depth: number;
}

type Composite = BtfType & { kind: 'struct' | 'union' };

/** Named members of structs and unions; of each type they are collected once. */
export class MemberIndex {
  readonly #types: CoreTypes;
  readonly #budget: Budget;
  readonly #known = new Map<number, ReadonlyMap<string, FoundMember>>();

  constructor(types: CoreTypes, budget: Budget) {
    this.#types = types;
    this.#budget = budget;
  }

  /** undefined: there is no such member, or the type is no struct or union. */
  find(typeId: number, name: string): FoundMember | undefined {
    const { id, type } = this.#types.skip(typeId);
    if (!isComposite(type)) return undefined;
    let members = this.#known.get(id);
    if (members === undefined) {
      const collected = new Map<string, FoundMember>();
      this.#collect(collected, new Set(), id, type, 0, 1);
      this.#known.set(id, collected);
      members = collected;
    }
    return members.get(name);
  }

  /**
   * Depth first; of a name that occurs twice, which C does not allow, the first counts. Hence an
   * anonymous type that was seen has nothing to add the second time.
   */
  #collect(
    found: Map<string, FoundMember>,
    seen: Set<number>,
    holderId: number,
    { members }: Composite,
    start: number,
    depth: number,
  ): void {
    seen.add(holderId);
    members.forEach((member, index) => {
      this.#budget.spend();
      const bitOffset = start + member.bitOffset;
      if (member.name !== '') {
        if (!found.has(member.name)) {
          found.set(member.name, { holderId, index, member, bitOffset, depth });
        }
        return;
      }
      const { id, type } = this.#types.skip(member.type);
      if (!isComposite(type) || seen.has(id) || depth === MAX_PATH) return;
      this.#collect(found, seen, id, type, bitOffset, depth + 1);
    });
  }
}
