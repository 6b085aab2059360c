import { ObjectFormatError } from '../errors.ts';
import type { ProgramTypeName } from '../platform/linux/program-types.ts';
import type { Platform } from '../platform/platform.ts';
import type { FunctionSpec, ProgramSpec } from './spec.ts';

/** Section of functions that are only called, where there are programs beside them. */
const TEXT = '.text';

/**
 * Tells entry points from functions that are only called. Entry points are the functions outside
 * `.text` that are not static. An object without any has its entry points in `.text` (libbpf's rule
 * for objects without SEC(), there of a single program).
 *
 * @throws ObjectFormatError for two programs of one name
 */
export function divideFunctions(
  functions: readonly FunctionSpec[],
  platform: Platform,
): { readonly programs: readonly ProgramSpec[]; readonly subprograms: readonly FunctionSpec[] } {
  const isEntry = ({ section, binding }: FunctionSpec): boolean =>
    section !== TEXT && binding !== 'local';
  const anyEntry = functions.some(isEntry);
  const entries = anyEntry
    ? functions.filter(isEntry)
    : functions.filter(({ binding }) => binding !== 'local');
  const chosen = new Set(entries);
  const names = new Set<string>();
  for (const { name, section } of entries) {
    if (names.has(name)) throw new ObjectFormatError(`a second program ${name}`, section);
    names.add(name);
  }
  return {
    programs: entries.map((entry) => programOf(entry, platform)),
    subprograms: functions.filter((candidate) => !chosen.has(candidate)),
  };
}

function programOf(entry: FunctionSpec, platform: Platform): ProgramSpec {
  const match = platform.programTypeOfSection(entry.section);
  return {
    ...entry,
    type: match === null ? null : (match.type as ProgramTypeName),
    attachType: match?.attachType ?? null,
    attachTarget: match?.target ?? '',
    optional: match?.optional ?? entry.section.startsWith('?'),
    sleepable: match?.sleepable ?? false,
    fragments: match?.fragments ?? false,
  };
}
