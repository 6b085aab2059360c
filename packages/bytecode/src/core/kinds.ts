/** What a relocation asks about: a field reached from a type, the type itself, or an enumerator. */
export type CoreBasis = 'field' | 'type' | 'enumerator';

export type CoreKindName =
  | 'field_byte_offset'
  | 'field_byte_size'
  | 'field_exists'
  | 'field_signed'
  | 'field_lshift_u64'
  | 'field_rshift_u64'
  | 'type_id_local'
  | 'type_id_target'
  | 'type_exists'
  | 'type_size'
  | 'enumval_exists'
  | 'enumval_value'
  | 'type_matches';

export interface CoreKind {
  readonly name: CoreKindName;
  readonly basis: CoreBasis;
}

function row(name: CoreKindName, basis: CoreBasis): CoreKind {
  return { name, basis };
}

/** By number (enum bpf_core_relo_kind of the kernel's include/uapi/linux/bpf.h). */
export const CORE_KINDS: readonly CoreKind[] = [
  row('field_byte_offset', 'field'),
  row('field_byte_size', 'field'),
  row('field_exists', 'field'),
  row('field_signed', 'field'),
  row('field_lshift_u64', 'field'),
  row('field_rshift_u64', 'field'),
  row('type_id_local', 'type'),
  row('type_id_target', 'type'),
  row('type_exists', 'type'),
  row('type_size', 'type'),
  row('enumval_exists', 'enumerator'),
  row('enumval_value', 'enumerator'),
  row('type_matches', 'type'),
];
