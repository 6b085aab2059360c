import type { Btf } from './btf.ts';
import { skipModifiers } from './resolve.ts';
import type { BtfMember } from './types.ts';

export interface BitField {
  /** From the start of the record, bits; on big-endian machines from its most significant bit. */
  readonly bitOffset: number;
  /** Bits. */
  readonly width: number;
}

/**
 * Where a member lies that does not fill its type; null of one that does. BTF says so in the member
 * (kind flag set) or, as old compilers wrote it, by an int type of fewer bits than its size has.
 */
export function bitFieldOf(btf: Btf, member: BtfMember): BitField | null {
  if (member.bitfieldSize > 0) {
    return { bitOffset: member.bitOffset, width: member.bitfieldSize };
  }
  const { type } = skipModifiers(btf, member.type);
  if (type.kind !== 'int' || (type.bitOffset === 0 && type.bits === type.size * 8)) return null;
  return { bitOffset: member.bitOffset + type.bitOffset, width: type.bits };
}
