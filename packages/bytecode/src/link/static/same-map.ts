import type { MapSpec, ObjectSpec } from '../../object/spec.ts';
import { sameType } from './same-type.ts';

const FIELDS = [
  'type',
  'keySize',
  'valueSize',
  'maxEntries',
  'flags',
  'mapExtra',
  'numaNode',
  'pinning',
] as const;

/**
 * In what two definitions of one map differ, by the rules of libbpf's linker (map_defs_match): an
 * extern map must be declared whole. null where they agree.
 */
export function mapDifference(
  map: MapSpec,
  of: ObjectSpec,
  other: MapSpec,
  otherOf: ObjectSpec,
): string | null {
  for (const field of FIELDS) {
    if (map[field] !== other[field]) return `${field} ${map[field]} and ${other[field]}`;
  }
  for (const [field, what] of [
    ['btfKeyTypeId', 'key'],
    ['btfValueTypeId', 'value'],
  ] as const) {
    const [id, otherId] = [map[field], other[field]];
    if ((id === 0) !== (otherId === 0)) return `the type of its ${what}`;
    if (id === 0 || of.btf === null || otherOf.btf === null) continue;
    if (!sameType({ btf: of.btf, id }, { btf: otherOf.btf, id: otherId })) {
      return `the type of its ${what}`;
    }
  }
  if (map.inner === null || other.inner === null) {
    return map.inner === other.inner ? null : 'its inner maps';
  }
  const inner = mapDifference(map.inner, of, other.inner, otherOf);
  return inner === null ? null : `its inner maps: ${inner}`;
}
