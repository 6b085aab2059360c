import { type Btf, type MapSpec, skipModifiers } from '@anybpf/bytecode';

/**
 * Byte offset of the struct bpf_spin_lock in the values of a map, undefined where there is none. It
 * is a member of the value type itself (btf_find_field of the kernel).
 */
export function spinLockOffset(btf: Btf | null, spec: MapSpec): number | undefined {
  if (btf === null || spec.btfValueTypeId === 0) return undefined;
  const { type } = skipModifiers(btf, spec.btfValueTypeId);
  if (type.kind !== 'struct') return undefined;
  for (const member of type.members) {
    const { type: inner } = skipModifiers(btf, member.type);
    if (inner.kind === 'struct' && inner.name === 'bpf_spin_lock') return member.bitOffset / 8;
  }
  return undefined;
}
