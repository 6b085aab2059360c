import type { CoreRelocationSpec } from '../object/spec.ts';
import { CoreFault } from './core-fault.ts';
import { type CoreTypes, isComposite, isEnum } from './core-types.ts';
import type { CoreBasis } from './kinds.ts';

/** BPF_CORE_SPEC_MAX_LEN of libbpf. */
export const MAX_PATH = 64;
/** Bit offsets are 32 bits wide in libbpf. */
const MAX_BIT_OFFSET = 0xffffffff;

/** One step: a named member, an array index, or an enumerator. */
export interface Accessor {
  /** Of a member: the struct or union; of an index: the element; of an enumerator: the enum. */
  readonly typeId: number;
  readonly index: number;
  /** null of an index. */
  readonly name: string | null;
}

/**
 * Way from a type to a field. For `&s->a[3]`, where `a` is the third member of an anonymous struct
 * that is the second member: the access string is `0:1:2:3`; the accessors are the index 0, `a` and
 * the index 3, since anonymous members have no meaning of their own.
 */
export interface AccessPath {
  readonly rootTypeId: number;
  /** Empty of relocations about a type. */
  readonly accessors: readonly Accessor[];
  readonly bitOffset: number;
}

/** Follows the access string of a relocation through the types of the object. */
export function parseAccess(
  types: CoreTypes,
  { typeId, access }: Pick<CoreRelocationSpec, 'typeId' | 'access'>,
  basis: CoreBasis,
): AccessPath {
  if (basis === 'type') {
    if (access !== '0') throw new CoreFault(`access string "${access}" of a type (expected "0")`);
    return { rootTypeId: typeId, accessors: [], bitOffset: 0 };
  }
  const [first, ...rest] = parseIndices(access);
  const root = types.skip(typeId);
  if (basis === 'enumerator') {
    const value = isEnum(root.type) ? root.type.values[first] : undefined;
    if (value === undefined || rest.length > 0) {
      throw new CoreFault(`access string "${access}" names no enumerator of type ${typeId}`);
    }
    const accessor = { typeId: root.id, index: first, name: value.name };
    return { rootTypeId: typeId, accessors: [accessor], bitOffset: 0 };
  }

  const accessors: Accessor[] = [{ typeId: root.id, index: first, name: null }];
  let bitOffset = addBits(0, first * types.size(root.id) * 8);
  let id = root.id;
  for (const index of rest) {
    const { id: at, type } = types.skip(id);
    if (isComposite(type)) {
      const member = type.members[index];
      if (member === undefined) {
        throw new CoreFault(`access string "${access}": type ${at} has no member ${index}`);
      }
      bitOffset = addBits(bitOffset, member.bitOffset);
      if (member.name !== '') accessors.push({ typeId: at, index, name: member.name });
      id = member.type;
    } else if (type.kind === 'array') {
      if (index >= type.length && !isFlexible(types, accessors.at(-1), type.length)) {
        throw new CoreFault(`access string "${access}": element ${index} of ${type.length}`);
      }
      id = types.skip(type.type).id;
      accessors.push({ typeId: id, index, name: null });
      bitOffset = addBits(bitOffset, index * types.size(id) * 8);
    } else {
      throw new CoreFault(`access string "${access}" goes into type ${at}, a ${type.kind}`);
    }
  }
  return { rootTypeId: typeId, accessors, bitOffset };
}

function parseIndices(access: string): readonly [number, ...number[]] {
  const parts = access.split(':', MAX_PATH + 1);
  const indices = parts.map((part) => (/^\d{1,10}$/.test(part) ? Number(part) : -1));
  const [first = -1, ...rest] = indices;
  if (parts.length > MAX_PATH || indices.some((index) => index < 0 || index > 0x7fffffff)) {
    throw new CoreFault(`access string "${access.slice(0, 80)}" is no list of at most 64 indices`);
  }
  return [first, ...rest];
}

/** @throws CoreFault where the field lies too far into its type */
export function addBits(bitOffset: number, more: number): number {
  const sum = bitOffset + more;
  if (sum > MAX_BIT_OFFSET) throw new CoreFault('the field lies more than 512 MB into its type');
  return sum;
}

/**
 * A flexible array has no length of its own and is the last member of its struct.
 *
 * @param holder the accessor before the index
 */
export function isFlexible(
  types: CoreTypes,
  holder: Accessor | undefined,
  length: number,
): boolean {
  if (holder === undefined || holder.name === null || length > 0) return false;
  const type = types.type(holder.typeId);
  return isComposite(type) && holder.index === type.members.length - 1;
}
