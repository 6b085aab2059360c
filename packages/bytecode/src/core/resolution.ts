import type { Btf } from '../btf/btf.ts';
import type { Endianness } from '../isa/instruction.ts';
import type { CoreRelocationSpec } from '../object/spec.ts';
import { type AccessPath, parseAccess } from './access-path.ts';
import { Budget } from './budget.ts';
import { typesAreCompatible } from './compatible.ts';
import { CoreFault } from './core-fault.ts';
import type { CoreTarget } from './core-target.ts';
import { CoreTypes, isEnum, nameOf } from './core-types.ts';
import { typeLabel } from './describe.ts';
import { essentialName } from './essential-name.ts';
import { type CoreValue, fieldValue, plainValue } from './field-value.ts';
import type { CoreKind } from './kinds.ts';
import { type PathMatch, PathMatcher } from './path-match.ts';
import { TypeMatcher } from './type-match.ts';

/** What to do with the instruction of a relocation. */
export type Resolution =
  | { readonly kind: 'value'; readonly local: CoreValue; readonly target: TargetValue }
  /** It can only be there to be skipped: calling it must be an error. */
  | { readonly kind: 'poison'; readonly reason: string };

export interface TargetValue extends CoreValue {
  /** A load or store here would read something else than the program means: why. */
  readonly accessFault: string | null;
}

interface Match {
  readonly id: number;
  readonly bitOffset: number;
  readonly value: TargetValue;
}

/** Bytes of a pointer in BPF programs. */
const BPF_POINTER_SIZE = 8;

/**
 * Resolves the relocations of one object against one target, one after another: as in libbpf, the
 * first relocation of a type that some candidates answer leaves only these for the next ones.
 */
export class CoreResolver {
  readonly #local: CoreTypes;
  readonly #target: CoreTarget;
  readonly #endianness: Endianness;
  readonly #budget = new Budget();
  readonly #paths: PathMatcher;
  readonly #types: TypeMatcher;
  /** By id of the local type. */
  readonly #candidates = new Map<number, readonly number[]>();
  readonly #known = new Map<string, Resolution>();

  constructor(local: Btf, target: CoreTarget, endianness: Endianness) {
    this.#local = new CoreTypes(local, BPF_POINTER_SIZE);
    this.#target = target;
    this.#endianness = endianness;
    this.#paths = new PathMatcher(this.#budget, this.#local, target);
    this.#types = new TypeMatcher(this.#budget, this.#local, target);
  }

  /** @throws CoreFault, ObjectFormatError (of types that lead in circles) */
  resolve(relocation: CoreRelocationSpec, kind: CoreKind): Resolution {
    const key = `${relocation.typeId} ${relocation.kind} ${relocation.access}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const resolution = this.#resolve(relocation, kind);
    this.#known.set(key, resolution);
    return resolution;
  }

  #resolve(relocation: CoreRelocationSpec, kind: CoreKind): Resolution {
    const { typeId } = relocation;
    const path = parseAccess(this.#local, relocation, kind.basis);
    if (kind.name === 'type_id_local') {
      return { kind: 'value', local: plainValue(typeId, true), target: safe(plainValue(typeId)) };
    }
    const type = this.#local.type(typeId);
    const name = nameOf(type);
    if (name === '') throw new CoreFault(`a type without a name (a ${type.kind}) cannot be found`);

    const local = this.#value(this.#local, kind, path);
    const candidates = this.#candidates.get(typeId) ?? this.#target.candidates(name, type.kind);
    const matches: Match[] = [];
    let reason = `the target has no ${typeLabel(type, essentialName(name))}`;
    for (const id of candidates) {
      const match = this.#match(kind, path, id);
      if (match.path === undefined) {
        reason = `${typeLabel(this.#target.type(id))} of the target has ${match.reason}`;
        continue;
      }
      const value = this.#guard(local, this.#value(this.#target, kind, match.path));
      const { bitOffset } = match.path;
      checkAgreement(matches[0], { id, bitOffset, value });
      matches.push({ id, bitOffset, value });
    }
    const [first] = matches;
    this.#candidates.set(typeId, first === undefined ? candidates : matches.map(({ id }) => id));
    if (first !== undefined) return { kind: 'value', local, target: first.value };
    return isQuestion(kind)
      ? { kind: 'value', local, target: safe(plainValue(0)) }
      : { kind: 'poison', reason };
  }

  #match(kind: CoreKind, path: AccessPath, id: number): PathMatch {
    switch (kind.basis) {
      case 'field':
        return this.#paths.field(path, id);
      case 'enumerator':
        return this.#paths.enumerator(path, id);
      case 'type': {
        const matches =
          kind.name === 'type_matches'
            ? this.#types.matches(path.rootTypeId, id)
            : typesAreCompatible(this.#budget, this.#local, path.rootTypeId, this.#target, id);
        return matches
          ? { path: { rootTypeId: id, accessors: [], bitOffset: 0 } }
          : { reason: 'another shape' };
      }
    }
  }

  #value(types: CoreTypes, kind: CoreKind, path: AccessPath): CoreValue {
    switch (kind.name) {
      case 'field_exists':
      case 'type_exists':
      case 'type_matches':
      case 'enumval_exists':
        return plainValue(1);
      case 'type_id_target':
      case 'type_id_local':
        // Linkers renumber types, and leave the instruction as it is.
        return plainValue(path.rootTypeId, true);
      case 'type_size':
        return plainValue(types.size(path.rootTypeId));
      case 'enumval_value':
        return enumeratorValue(types, path);
      default:
        return fieldValue(types, path, kind.name, this.#endianness);
    }
  }

  /**
   * An access may change its size with the field only where zero extension keeps the value:
   * pointers, and unsigned integers.
   */
  #guard(local: CoreValue, target: CoreValue): TargetValue {
    if (local.accessSize === target.accessSize) return safe(target);
    const one = this.#local.type(local.accessType);
    const other = this.#target.type(target.accessType);
    const pointers = one.kind === 'ptr' && other.kind === 'ptr';
    const unsigned = [one, other].every(
      (type) => type.kind === 'int' && type.encoding !== 'signed',
    );
    if (pointers || unsigned) return safe(target);
    return {
      ...target,
      accessFault: `an access of ${sizeLabel(local)} would not read the field, of ${sizeLabel(target)} in the target (only pointers and unsigned integers may change their size)`,
    };
  }
}

function safe(value: CoreValue): TargetValue {
  return { ...value, accessFault: null };
}

function sizeLabel({ accessSize }: CoreValue): string {
  return accessSize === 0 ? 'some bits' : `${accessSize} bytes`;
}

/** What is not there is an answer, too. */
function isQuestion({ name, basis }: CoreKind): boolean {
  return basis === 'type' || name === 'field_exists' || name === 'enumval_exists';
}

function enumeratorValue(types: CoreTypes, { accessors: [accessor] }: AccessPath): CoreValue {
  const type = types.type(accessor?.typeId ?? 0);
  const value = isEnum(type) ? type.values[accessor?.index ?? -1]?.value : undefined;
  if (value === undefined) throw new CoreFault('there is no enumerator to ask about');
  // As libbpf and the kernel have it, 32 bits are sign-extended, be the enum unsigned or not.
  return plainValue(typeof value === 'number' ? value | 0 : value);
}

/** Types that the target holds twice must all give the same answer. */
function checkAgreement(first: Match | undefined, next: Match): void {
  if (first === undefined) return;
  const which = `types ${first.id} and ${next.id} of the target`;
  if (first.bitOffset !== next.bitOffset) {
    throw new CoreFault(
      `${which} disagree: the field is at bit ${first.bitOffset} or ${next.bitOffset}`,
    );
  }
  if (first.value.value !== next.value.value) {
    throw new CoreFault(`${which} disagree: ${first.value.value} or ${next.value.value}`);
  }
}
