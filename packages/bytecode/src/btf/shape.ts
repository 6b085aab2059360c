import { ObjectFormatError } from '../errors.ts';
import type { Btf } from './btf.ts';
import { skipModifiers } from './resolve.ts';
import type { BtfType } from './types.ts';

/** Records and arrays within each other. */
const MAX_NESTING = 64;
/** Types compared for one answer: records that share parts are compared over and over. */
const BUDGET = 1 << 20;

/**
 * Whether two types, of one or of two BTFs, describe the same bytes under the same member names: kind,
 * size, names, offsets and types of members, values of enums. What the types themselves are called,
 * typedefs and qualifiers make no difference; what a pointer points to counts by kind and name.
 *
 * @throws ObjectFormatError for types that contain themselves
 */
export function sameShape(a: Btf, aId: number, b: Btf, bId: number): boolean {
  return new ShapeComparison(a, b).same(aId, bId, 0);
}

/**
 * Ids of the types in `btf` that have the shape of a type of another BTF (or of the same), ascending:
 * finds what a program's own copy of a struct stands for. Typedefs and qualified types are left out.
 *
 * @throws ObjectFormatError for types that contain themselves
 */
export function typesOfShape(btf: Btf, of: { readonly btf: Btf; readonly id: number }): number[] {
  const { id: wantedId, type: wanted } = skipModifiers(of.btf, of.id);
  const ids: number[] = [];
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kind(id) !== wanted.kind) continue;
    if (sameShape(of.btf, wantedId, btf, id)) ids.push(id);
  }
  return ids;
}

class ShapeComparison {
  readonly #a: Btf;
  readonly #b: Btf;
  #budget = BUDGET;

  constructor(a: Btf, b: Btf) {
    this.#a = a;
    this.#b = b;
  }

  same(aId: number, bId: number, depth: number): boolean {
    if (depth > MAX_NESTING || --this.#budget < 0) {
      throw new ObjectFormatError(`type ${aId} nests without end`, '.BTF');
    }
    const a = skipModifiers(this.#a, aId).type;
    const b = skipModifiers(this.#b, bId).type;
    switch (a.kind) {
      case 'int':
        return b.kind === 'int' && sameInt(a, b);
      case 'float':
        return b.kind === 'float' && a.size === b.size;
      case 'ptr':
        return b.kind === 'ptr' && this.#sameName(a.type, b.type);
      case 'array':
        return b.kind === 'array' && a.length === b.length && this.same(a.type, b.type, depth + 1);
      case 'struct':
      case 'union':
        return b.kind === a.kind && this.#sameMembers(a, b, depth);
      case 'enum':
      case 'enum64':
        return b.kind === a.kind && a.size === b.size && sameValues(a.values, b.values);
      case 'func-proto':
        return (
          b.kind === 'func-proto' &&
          a.parameters.length === b.parameters.length &&
          this.same(a.returns, b.returns, depth + 1) &&
          a.parameters.every((parameter, index) =>
            this.same(parameter.type, b.parameters[index]?.type ?? 0, depth + 1),
          )
        );
      default:
        return a.kind === b.kind && nameOf(a) === nameOf(b);
    }
  }

  #sameMembers(
    a: Extract<BtfType, { kind: 'struct' | 'union' }>,
    b: Extract<BtfType, { kind: 'struct' | 'union' }>,
    depth: number,
  ): boolean {
    return (
      a.size === b.size &&
      a.members.length === b.members.length &&
      a.members.every((member, index) => {
        const other = b.members[index];
        return (
          other !== undefined &&
          member.name === other.name &&
          member.bitOffset === other.bitOffset &&
          member.bitfieldSize === other.bitfieldSize
        );
      }) &&
      a.members.every((member, index) =>
        this.same(member.type, b.members[index]?.type ?? 0, depth + 1),
      )
    );
  }

  #sameName(aId: number, bId: number): boolean {
    const a = skipModifiers(this.#a, aId).type;
    const b = skipModifiers(this.#b, bId).type;
    // A forward declaration stands for the record of its name.
    const kind = (type: BtfType): string => (type.kind === 'fwd' ? type.of : type.kind);
    return kind(a) === kind(b) && nameOf(a) === nameOf(b);
  }
}

function sameInt(a: Extract<BtfType, { kind: 'int' }>, b: typeof a): boolean {
  return (
    a.size === b.size &&
    a.bits === b.bits &&
    a.bitOffset === b.bitOffset &&
    a.encoding === b.encoding
  );
}

function sameValues(
  a: readonly { readonly name: string; readonly value: number | bigint }[],
  b: typeof a,
): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, value }, index) => name === b[index]?.name && value === b[index]?.value)
  );
}

function nameOf(type: BtfType): string {
  return 'name' in type ? type.name : '';
}
