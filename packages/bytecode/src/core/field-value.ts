import type { BtfMember, BtfType } from '../btf/types.ts';
import type { Endianness } from '../isa/instruction.ts';
import type { AccessPath } from './access-path.ts';
import { CoreFault } from './core-fault.ts';
import { type CoreTypes, isComposite, isEnum } from './core-types.ts';
import type { CoreKindName } from './kinds.ts';

/** What a relocation puts into an instruction, on one of the two sides. */
export interface CoreValue {
  /** Unsigned, 64 bits. */
  readonly value: bigint;
  /** Compilers may choose this value otherwise: the instruction need not hold it. */
  readonly free: boolean;
  /** Of a byte offset: what an access at it reads. 0 where the size must not change (bit-fields). */
  readonly accessSize: number;
  /** Type that is read; 0 (void) where the size must not change. */
  readonly accessType: number;
}

/** A value beside which nothing else matters. */
export function plainValue(value: bigint | number, free: boolean = false): CoreValue {
  return { value: BigInt.asUintN(64, BigInt(value)), free, accessSize: 0, accessType: 0 };
}

/** Bits and bytes of a field as it is loaded. */
interface Extent {
  readonly bitOffset: number;
  readonly bits: number;
  /** Of the load that holds all bits. */
  readonly byteOffset: number;
  readonly byteSize: number;
  readonly bitField: boolean;
}

const MAX_LOAD = 8;

/**
 * What the kinds about fields ask of the field at the end of a path (bpf_core_calc_field_relo of
 * libbpf), but for existence.
 *
 * @param endianness of the programs: a bit-field is shifted out from the other end
 */
export function fieldValue(
  types: CoreTypes,
  { accessors, bitOffset }: AccessPath,
  kind: CoreKindName,
  endianness: Endianness,
): CoreValue {
  const last = accessors.at(-1);
  if (last === undefined) throw new CoreFault('there is no field to ask about');
  if (last.name === null) return elementValue(types, last.typeId, bitOffset, kind);

  const holder = types.type(last.typeId);
  const member = isComposite(holder) ? holder.members[last.index] : undefined;
  if (member === undefined) throw new CoreFault(`type ${last.typeId} has no member ${last.index}`);
  const { id, type } = types.skip(member.type);
  const extent = extentOf(types, member, id, type, bitOffset);
  const free = extent.bitField;
  switch (kind) {
    case 'field_byte_offset':
      return extent.bitField
        ? plainValue(extent.byteOffset, free)
        : accessValue(types, extent.byteOffset, id);
    case 'field_byte_size':
      return plainValue(extent.byteSize, free);
    case 'field_signed': {
      const signed = isEnum(type) ? type.signed : type.kind === 'int' && type.encoding === 'signed';
      return plainValue(signed ? 1 : 0);
    }
    case 'field_lshift_u64': {
      const above = extent.bitOffset - extent.byteOffset * 8;
      const shift =
        endianness === 'little'
          ? 64 - (above + extent.bits)
          : (MAX_LOAD - extent.byteSize) * 8 + above;
      return plainValue(shift >>> 0, free);
    }
    case 'field_rshift_u64':
      return plainValue((64 - extent.bits) >>> 0);
    default:
      throw new CoreFault(`${kind} does not ask about a field`);
  }
}

/** Of an array element only place and size can be asked. */
function elementValue(
  types: CoreTypes,
  typeId: number,
  bitOffset: number,
  kind: CoreKindName,
): CoreValue {
  switch (kind) {
    case 'field_byte_offset':
      return accessValue(types, Math.floor(bitOffset / 8), typeId);
    case 'field_byte_size':
      return plainValue(types.size(typeId));
    default:
      throw new CoreFault(`${kind} cannot be asked of an array element`);
  }
}

/** An access to an array is one to an element of it. */
function accessValue(types: CoreTypes, byteOffset: number, typeId: number): CoreValue {
  return {
    ...plainValue(byteOffset),
    accessSize: types.size(types.element(typeId)),
    accessType: typeId,
  };
}

function extentOf(
  types: CoreTypes,
  { bitfieldSize }: BtfMember,
  id: number,
  type: BtfType,
  bitOffset: number,
): Extent {
  if (bitfieldSize === 0) {
    const byteSize = types.size(id);
    const byteOffset = Math.floor(bitOffset / 8);
    return { bitOffset, bits: byteSize * 8, byteOffset, byteSize, bitField: false };
  }
  const declared = 'size' in type ? type.size : 0;
  if (declared === 0) throw new CoreFault(`a bit-field of type ${id}, which has no size`);
  let byteSize = declared;
  for (;;) {
    const byteOffset = Math.floor(Math.floor(bitOffset / 8) / byteSize) * byteSize;
    if (bitOffset + bitfieldSize - byteOffset * 8 <= byteSize * 8) {
      return { bitOffset, bits: bitfieldSize, byteOffset, byteSize, bitField: true };
    }
    if (byteSize >= MAX_LOAD) throw new CoreFault('a bit-field that no load of 64 bits holds');
    byteSize *= 2;
  }
}
