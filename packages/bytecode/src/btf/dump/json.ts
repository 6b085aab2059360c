import type { Btf } from '../btf.ts';
import { selectedIds, type TypeSelection } from './raw.ts';
import { rawType } from './raw-kinds.ts';

/**
 * The types as `bpftool -j btf dump` prints them: `{"types":[{"id":1,"kind":"INT",...}]}`. Values of
 * 64-bit enumerators are written out in full.
 *
 * @throws ObjectFormatError for an id that does not exist
 */
export function formatJson(btf: Btf, selection: TypeSelection = {}): string {
  const types: string[] = [];
  for (const id of selectedIds(btf, selection)) {
    const { kind, name, fields, list } = rawType(btf.type(id));
    const own = properties({ id, kind, name, ...fields });
    const entries = list === null ? '' : `,"${list.key}":[${list.entries.map(object).join(',')}]`;
    types.push(`{${own}${entries}}`);
  }
  return `{"types":[${types.join(',')}]}`;
}

function object(fields: Readonly<Record<string, string | number | bigint>>): string {
  return `{${properties(fields)}}`;
}

/** JSON.stringify knows no bigint, and as numbers they would lose digits. */
function properties(fields: Readonly<Record<string, string | number | bigint>>): string {
  return Object.entries(fields)
    .map(
      ([name, value]) => `"${name}":${typeof value === 'bigint' ? value : JSON.stringify(value)}`,
    )
    .join(',');
}
