import { LinkError } from '../../errors.ts';
import type { ExternSpec, MapSpec } from '../../object/spec.ts';
import type { Input } from './input.ts';
import { mapDifference } from './same-map.ts';
import { sameType } from './same-type.ts';

/** Where a symbol is defined: places are those in the object itself. */
export interface Definition {
  readonly input: Input;
  readonly name: string;
  readonly weak: boolean;
  /** BTF id of its VAR or FUNC; 0 without. */
  readonly btfId: number;
  readonly place:
    | { readonly kind: 'function'; readonly section: string; readonly sectionOffset: number }
    | {
        readonly kind: 'variable';
        readonly map: string;
        readonly offset: number;
        readonly size: number;
      }
    | { readonly kind: 'map'; readonly map: MapSpec };
}

/**
 * What the objects define for one another. Of several definitions of one name the strong one counts,
 * of weak ones the first.
 */
export class SymbolTable {
  readonly #winners = new Map<string, Definition>();
  /** Weak definitions that another one takes the place of. */
  readonly overridden: readonly Definition[];

  /** @throws LinkError for two strong definitions of a name, or such that do not agree in type */
  constructor(inputs: readonly Input[]) {
    const overridden: Definition[] = [];
    for (const input of inputs) {
      for (const definition of definitionsOf(input)) {
        const known = this.#winners.get(definition.name);
        if (known === undefined) {
          this.#winners.set(definition.name, definition);
          continue;
        }
        // Two names of one function, or an alias within one object, are no conflict of objects.
        if (known.input === input) continue;
        if (!known.weak && !definition.weak) {
          throw new LinkError(
            `${definition.name} is defined by ${known.input.name} and by ${input.name}`,
          );
        }
        checkSame(known, definition);
        if (known.weak && !definition.weak) {
          overridden.push(known);
          this.#winners.set(definition.name, definition);
        } else overridden.push(definition);
      }
    }
    this.overridden = overridden;
    for (const input of inputs) {
      for (const extern of input.spec.externs) this.#checkExtern(input, extern);
    }
  }

  get(name: string): Definition | undefined {
    return this.#winners.get(name);
  }

  #checkExtern(input: Input, extern: ExternSpec): void {
    const definition = this.#winners.get(extern.name);
    if (definition === undefined) return;
    if (extern.source !== 'object') {
      throw new LinkError(
        `${extern.name} is defined by ${definition.input.name}, but ${input.name} wants it from the kernel`,
      );
    }
    checkSame(definition, { input, name: extern.name, btfId: extern.btfId, map: extern.map });
  }
}

interface Claim {
  readonly input: Input;
  readonly name: string;
  readonly btfId: number;
  readonly map?: MapSpec | null;
  readonly place?: Definition['place'];
}

function checkSame({ place, input, name, btfId }: Definition, claim: Claim): void {
  const between = `${input.name} and ${claim.input.name}`;
  const map = claim.map ?? (claim.place?.kind === 'map' ? claim.place.map : null);
  if (place.kind === 'map' && map !== null) {
    const difference = mapDifference(place.map, input.spec, map, claim.input.spec);
    if (difference === null) return;
    throw new LinkError(`${between} disagree on map ${name}: ${difference}`);
  }
  const [btf, other] = [input.spec.btf, claim.input.spec.btf];
  if (btf === null || other === null || btfId === 0 || claim.btfId === 0) return;
  if (!sameType({ btf, id: btfId }, { btf: other, id: claim.btfId })) {
    throw new LinkError(`${between} disagree on the type of ${name}`);
  }
}

function* definitionsOf(input: Input): Generator<Definition> {
  const { spec, functions } = input;
  for (const { name, binding, section, sectionOffset, btfId } of functions) {
    if (binding === 'local') continue;
    const place = { kind: 'function', section, sectionOffset } as const;
    yield { input, name, weak: binding === 'weak', btfId: btfId ?? 0, place };
  }
  const maps = new Map(spec.maps.map((map) => [map.name, map]));
  for (const { name, binding, map, variable } of spec.globals) {
    const home = maps.get(map);
    if (home === undefined) continue;
    yield {
      input,
      name,
      weak: binding === 'weak',
      btfId: variableId(input, name),
      place:
        variable === null
          ? { kind: 'map', map: home }
          : { kind: 'variable', map, offset: variable.offset, size: variable.size },
    };
  }
}

function variableId({ spec: { btf } }: Input, name: string): number {
  const found = btf?.idsByName(name).find((id) => {
    const type = btf.type(id);
    return type.kind === 'var' && type.linkage === 'global';
  });
  return found ?? 0;
}
