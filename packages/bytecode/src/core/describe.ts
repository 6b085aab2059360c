import type { Btf } from '../btf/btf.ts';
import type { BtfType } from '../btf/types.ts';
import { AnyBpfError } from '../errors.ts';
import type { CoreRelocationSpec } from '../object/spec.ts';
import { parseAccess } from './access-path.ts';
import { CoreFault } from './core-fault.ts';
import { CoreTypes, nameOf } from './core-types.ts';
import { CORE_KINDS } from './kinds.ts';

const POINTER_SIZE = 8;

/** As C writes it: `struct task_struct`, `enum bpf_map_type`, `pid_t`. */
export function typeLabel(type: BtfType, name: string = nameOf(type) || '<anonymous>'): string {
  switch (type.kind) {
    case 'struct':
    case 'union':
      return `${type.kind} ${name}`;
    case 'enum':
    case 'enum64':
      return `enum ${name}`;
    case 'fwd':
      return `${type.of} ${name}`;
    case 'ptr':
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'array':
    case 'func-proto':
    case 'void':
      return type.kind;
    default:
      return name;
  }
}

/** `field_exists` and so on; `kind 99` where there is none of that number. */
export function coreKindName(kind: number): string {
  return CORE_KINDS[kind]?.name ?? `kind ${kind}`;
}

/**
 * What a relocation is about, as C writes it, with the access string where it leads somewhere:
 * `struct task_struct___x.signal (0:1)`, `enum bpf_map_type::BPF_MAP_TYPE_HASH`, `struct sock`.
 * Relocations that make no sense are described as far as they do.
 */
export function describeCoreRelocation(btf: Btf, relocation: CoreRelocationSpec): string {
  const { typeId, access } = relocation;
  if (typeId >= btf.typeCount) return `type ${typeId} (${access})`;
  const root = typeLabel(btf.type(typeId));
  const basis = CORE_KINDS[relocation.kind]?.basis ?? 'type';
  if (basis === 'type') return root;
  try {
    const { accessors } = parseAccess(new CoreTypes(btf, POINTER_SIZE), relocation, basis);
    if (basis === 'enumerator') return `${root}::${accessors[0]?.name ?? access}`;
    const path = accessors.map(({ name, index }, at) =>
      name !== null ? `.${name}` : at > 0 || index > 0 ? `[${index}]` : '',
    );
    return `${root}${path.join('')} (${access})`;
  } catch (error) {
    if (error instanceof CoreFault || error instanceof AnyBpfError) return `${root} (${access})`;
    throw error;
  }
}
