import type { BtfKind, BtfType } from '../types.ts';

/** What bpftool prints for a name that is empty. */
const ANONYMOUS = '(anon)';

/** Kinds as bpftool spells them. */
const KIND_NAMES: Readonly<Record<BtfKind, string>> = {
  void: 'UNKNOWN',
  int: 'INT',
  ptr: 'PTR',
  array: 'ARRAY',
  struct: 'STRUCT',
  union: 'UNION',
  enum: 'ENUM',
  fwd: 'FWD',
  typedef: 'TYPEDEF',
  volatile: 'VOLATILE',
  const: 'CONST',
  restrict: 'RESTRICT',
  func: 'FUNC',
  'func-proto': 'FUNC_PROTO',
  var: 'VAR',
  datasec: 'DATASEC',
  float: 'FLOAT',
  'decl-tag': 'DECL_TAG',
  'type-tag': 'TYPE_TAG',
  enum64: 'ENUM64',
};

/** A property of a type or of one of its entries, in the order of output. */
type RawValue = string | number | bigint;
export type RawFields = Readonly<Record<string, RawValue>>;

/** One type as bpftool presents it: its properties, and the list of entries that some kinds have. */
export interface RawType {
  readonly kind: string;
  readonly name: string;
  readonly fields: RawFields;
  readonly list: { readonly key: string; readonly entries: readonly RawFields[] } | null;
}

const INT_ENCODINGS = { unsigned: '(none)', signed: 'SIGNED', char: 'CHAR', bool: 'BOOL' } as const;

/** Describes a type in bpftool's vocabulary. */
export function rawType(type: BtfType): RawType {
  return {
    kind: KIND_NAMES[type.kind],
    name: rawName('name' in type ? type.name : ''),
    fields: fieldsOf(type),
    list: listOf(type),
  };
}

export function rawName(name: string): string {
  return name === '' ? ANONYMOUS : name;
}

function fieldsOf(type: BtfType): RawFields {
  switch (type.kind) {
    case 'void':
      return {};
    case 'int':
      return {
        size: type.size,
        bits_offset: type.bitOffset,
        nr_bits: type.bits,
        encoding: INT_ENCODINGS[type.encoding],
      };
    case 'array':
      return { type_id: type.type, index_type_id: type.indexType, nr_elems: type.length };
    case 'struct':
    case 'union':
      return { size: type.size, vlen: type.members.length };
    case 'enum':
    case 'enum64':
      return {
        encoding: type.signed ? 'SIGNED' : 'UNSIGNED',
        size: type.size,
        vlen: type.values.length,
      };
    case 'fwd':
      return { fwd_kind: type.of };
    case 'ptr':
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'type-tag':
      return { type_id: type.type };
    case 'func':
    case 'var':
      return { type_id: type.type, linkage: type.linkage };
    case 'func-proto':
      return { ret_type_id: type.returns, vlen: type.parameters.length };
    case 'datasec':
      return { size: type.size, vlen: type.variables.length };
    case 'float':
      return { size: type.size };
    case 'decl-tag':
      return { type_id: type.type, component_idx: type.component };
  }
}

function listOf(type: BtfType): RawType['list'] {
  switch (type.kind) {
    case 'struct':
    case 'union':
      return {
        key: 'members',
        entries: type.members.map((member) => ({
          name: rawName(member.name),
          type_id: member.type,
          bits_offset: member.bitOffset,
          ...(member.bitfieldSize === 0 ? {} : { bitfield_size: member.bitfieldSize }),
        })),
      };
    case 'enum':
    case 'enum64':
      return {
        key: 'values',
        entries: type.values.map(({ name, value }) => ({ name: rawName(name), val: value })),
      };
    case 'func-proto':
      return {
        key: 'params',
        entries: type.parameters.map((parameter) => ({
          name: rawName(parameter.name),
          type_id: parameter.type,
        })),
      };
    case 'datasec':
      return {
        key: 'vars',
        entries: type.variables.map(({ type: id, offset, size }) => ({
          type_id: id,
          offset,
          size,
        })),
      };
    default:
      return null;
  }
}
