import { argumentsFor, type HelperRow, linux, mayCall } from '@anybpf/bytecode';
import { BoundHelper, type HelperFunction } from './bound-helper.ts';
import { controlHelpers } from './control-helpers.ts';
import { mapHelpers } from './map-helpers.ts';

/** Every implementation, by the name of its row in the platform table. */
const implementations: ReadonlyMap<string, HelperFunction> = new Map(
  [mapHelpers, controlHelpers].flatMap((group) => Object.entries(group)),
);

/** Numbers of the helpers that are implemented here. */
export const IMPLEMENTED_HELPERS: ReadonlySet<number> = new Set(
  linux.helpers.filter((row) => implementations.has(row.name)).map((row) => row.number),
);

/** Why a helper cannot be called. */
export type Refusal = 'unknown' | 'not-implemented' | 'not-allowed';

/** @param attachType expected attach type of the program; null where it is not known */
export function bindHelper(
  number: number,
  programType: string,
  attachType: string | null,
): BoundHelper | Refusal {
  const row = linux.helperByNumber(number);
  if (row === undefined) return 'unknown';
  const implementation = implementations.get(row.name);
  if (implementation === undefined) return 'not-implemented';
  const type = linux.programTypeByName(programType);
  if (type === undefined || !mayCall(row, type, attachType)) return 'not-allowed';
  return new BoundHelper(row, argumentsFor(row, programType), implementation);
}

/** As messages name a helper: `helper 1 (bpf_map_lookup_elem)`. */
export function describeHelper(number: number): string {
  const row: HelperRow | undefined = linux.helperByNumber(number);
  return row === undefined ? `helper ${number}` : `helper ${number} (bpf_${row.name})`;
}
