import type { Btf } from '../btf/btf.ts';
import { sizeOfType, skipModifiers } from '../btf/resolve.ts';
import { ObjectFormatError } from '../errors.ts';
import { BPF_F_RDONLY_PROG } from './data-sections.ts';
import { mapSpec } from './map-spec.ts';
import type { ExternSpec, GlobalVariable, MapSpec } from './spec.ts';

/** Name of the map that holds kernel configuration values, and of their section. */
export const KCONFIG_MAP = '.kconfig';

/** Bytes of all values; real objects have a dozen. */
const MAX_SIZE = 1 << 20;

/** How libbpf encodes a kernel configuration value (its enum kcfg_type). */
export interface KconfigVariable {
  readonly encoding: 'bool' | 'tristate' | 'char' | 'integer' | 'text';
  readonly signed: boolean;
  /** Bytes. */
  readonly size: number;
  readonly alignment: number;
}

/**
 * Says by the type of a variable in `.kconfig` how its value is encoded.
 *
 * @throws ObjectFormatError for types that libbpf refuses
 */
export function kconfigVariable(btf: Btf, { name, btfId }: ExternSpec): KconfigVariable {
  const variable = btf.type(btfId);
  const found = variable.kind === 'var' ? variableOfType(btf, variable.type) : null;
  if (found === null) {
    throw new ObjectFormatError(
      `${name} has a type that no kernel configuration value has`,
      KCONFIG_MAP,
    );
  }
  return found;
}

function variableOfType(btf: Btf, id: number): KconfigVariable | null {
  const { type } = skipModifiers(btf, id);
  switch (type.kind) {
    case 'int': {
      const { size, encoding } = type;
      const scalar = { signed: encoding === 'signed', size, alignment: size };
      if (encoding === 'bool') return size === 1 ? { ...scalar, encoding: 'bool' } : null;
      if (size === 1) return { ...scalar, encoding: 'char' };
      return [2, 4, 8].includes(size) ? { ...scalar, encoding: 'integer' } : null;
    }
    case 'enum':
    case 'enum64': {
      const { size, name } = type;
      if (name !== 'libbpf_tristate' || size !== 4) return null;
      return { encoding: 'tristate', signed: false, size, alignment: size };
    }
    case 'array': {
      const element = skipModifiers(btf, type.type).type;
      const size = sizeOfType(btf, id);
      if (element.kind !== 'int' || element.size !== 1 || element.encoding === 'bool') return null;
      if (size === null || size === 0 || size > MAX_SIZE) return null;
      return { encoding: 'text', signed: false, size, alignment: 1 };
    }
    default:
      return null;
  }
}

/**
 * The map in which programs find the values of `externs`, all 0: libbpf lays it out in the order of
 * the externs. null where none is of the kernel configuration.
 *
 * @throws ObjectFormatError
 */
export function kconfigMap(
  btf: Btf | null,
  externs: readonly ExternSpec[],
  datasecId: number,
): MapSpec | null {
  const variables: GlobalVariable[] = [];
  let end = 0;
  for (const extern of externs) {
    if (btf === null || extern.source !== 'kconfig') continue;
    const { size, alignment } = kconfigVariable(btf, extern);
    const offset = Math.ceil(end / alignment) * alignment;
    variables.push({ name: extern.name, offset, size, btfId: extern.btfId });
    end = offset + size;
    if (end > MAX_SIZE) throw new ObjectFormatError(`more than ${MAX_SIZE} bytes`, KCONFIG_MAP);
  }
  if (variables.length === 0) return null;
  return mapSpec({
    name: KCONFIG_MAP,
    type: 'array',
    keySize: 4,
    valueSize: end,
    maxEntries: 1,
    flags: BPF_F_RDONLY_PROG,
    btfValueTypeId: datasecId,
    globals: { section: KCONFIG_MAP, data: new Uint8Array(end), readonly: true, variables },
  });
}
