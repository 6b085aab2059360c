import type { Btf } from '../btf.ts';
import { type RawFields, rawName, rawType } from './raw-kinds.ts';

export interface TypeSelection {
  /** Ids of the types to print. Default: all but those of the base. */
  readonly types?: Iterable<number>;
}

/** Ids that a selection means, void left out. */
export function selectedIds(btf: Btf, { types }: TypeSelection): Iterable<number> {
  if (types !== undefined) return types;
  return Array.from({ length: btf.typeCount - btf.firstId }, (_, index) => btf.firstId + index);
}

/**
 * The types as `bpftool btf dump format raw` prints them.
 *
 *     [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
 *     [2] STRUCT 'point' size=8 vlen=2
 *             'x' type_id=1 bits_offset=0
 *
 * @throws ObjectFormatError for an id that does not exist
 */
export function formatRaw(btf: Btf, selection: TypeSelection = {}): string {
  const lines: string[] = [];
  for (const id of selectedIds(btf, selection)) {
    const type = btf.type(id);
    const { kind, name, fields, list } = rawType(type);
    // bpftool has a comma here, and here alone.
    const own =
      type.kind === 'var'
        ? properties(fields).replace(' linkage', ', linkage')
        : properties(fields);
    lines.push(`[${id}] ${kind} '${name}'${own}`);
    const suffix = type.kind === 'enum64' && type.signed ? 'LL' : 'ULL';
    for (const entry of list?.entries ?? []) {
      const { name: entryName, ...rest } = entry;
      const text =
        type.kind === 'datasec'
          ? properties(rest).slice(1) + variableName(btf, Number(rest['type_id']))
          : `'${entryName}'${properties(rest, suffix)}`;
      lines.push(`\t${text}`);
    }
  }
  lines.push('');
  return lines.join('\n');
}

/** ` a=1 b=2`; 64-bit values with the suffix that C wants. */
function properties(fields: RawFields, suffix = ''): string {
  let text = '';
  for (const [name, value] of Object.entries(fields)) {
    text += ` ${name}=${value}${typeof value === 'bigint' ? suffix : ''}`;
  }
  return text;
}

function variableName(btf: Btf, id: number): string {
  const type = btf.type(id);
  return type.kind === 'var' || type.kind === 'func'
    ? ` (${type.kind === 'var' ? 'VAR' : 'FUNC'} '${rawName(type.name)}')`
    : '';
}
