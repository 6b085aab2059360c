import { parseBtf } from '../btf/btf.ts';
import { parseBtfExt } from '../btf/btf-ext.ts';
import { type ElfFile, parseElf } from '../elf/elf-file.ts';
import { decodeUtf8 } from '../elf/text.ts';
import { ObjectFormatError } from '../errors.ts';
import { linux } from '../platform/linux/index.ts';
import type { ProgramTypeName } from '../platform/linux/program-types.ts';
import type { Platform } from '../platform/platform.ts';
import { readBtfMaps } from './btf-maps.ts';
import { readDataSections } from './data-sections.ts';
import { withDataSections } from './datasec.ts';
import { coreRelocationsOf, DebugInfo } from './debug-info.ts';
import { readFunctions } from './functions.ts';
import { withInitialSlots } from './initial-slots.ts';
import { readLegacyMaps } from './legacy-maps.ts';
import { MapTable } from './located-map.ts';
import type { FunctionSpec, ObjectSpec, ProgramSpec } from './spec.ts';

export interface ParseOptions {
  /** Whose section names and map type numbers the object uses. Default: Linux. */
  readonly platform?: Platform;
}

/** Section of functions that are only called, where there are programs beside them. */
const TEXT = '.text';

/**
 * Reads a BPF object file of either byte order: pure, no side effects. Nothing of `bytes` is kept
 * but `.BTF` content.
 *
 * @param bytes the ELF file
 * @throws ObjectFormatError names what is wrong, where, and the offset in the file
 */
export function parseObject(bytes: Uint8Array, options: ParseOptions = {}): ObjectSpec {
  const { platform = linux } = options;
  const elf = parseElf(bytes);

  const btfSection = elf.section('.BTF');
  const btf =
    btfSection === undefined
      ? null
      : withDataSections(
          parseBtf(elf.content(btfSection), { offset: btfSection.offset }),
          elf,
          btfSection.offset,
        );
  const extSection = btf === null ? undefined : elf.section('.BTF.ext');
  const ext =
    extSection === undefined ? null : parseBtfExt(elf.content(extSection), extSection.offset);

  const maps = new MapTable(
    [
      ...readLegacyMaps(elf, platform),
      ...withInitialSlots(elf, readBtfMaps(elf, btf, platform)),
      ...readDataSections(elf, btf),
    ],
    elf,
  );
  const debug = btf === null || ext === null ? null : new DebugInfo(btf, ext);
  const functions = readFunctions(elf, maps, debug);
  const { entries, called } = divide(functions);
  return {
    endianness: elf.endianness,
    license: readLicense(elf),
    version: readVersion(elf),
    programs: entries.map((entry) => programOf(entry, platform)),
    subprograms: called,
    maps: maps.maps.map(({ spec }) => spec),
    btf,
    coreRelocations: btf === null || ext === null ? [] : coreRelocationsOf(btf, ext),
  };
}

/**
 * Entry points are the functions outside `.text` that are not static. An object without any has its
 * entry points in `.text` (libbpf's rule for objects without SEC(), there of a single program).
 */
function divide(functions: readonly FunctionSpec[]): {
  readonly entries: readonly FunctionSpec[];
  readonly called: readonly FunctionSpec[];
} {
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
  return { entries, called: functions.filter((candidate) => !chosen.has(candidate)) };
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

function readLicense(elf: ElfFile): string | null {
  const section = elf.section('license');
  if (section === undefined || section.size === 0) return null;
  const content = elf.content(section);
  const nul = content.indexOf(0);
  return decodeUtf8(content, 0, nul < 0 ? content.length : nul);
}

function readVersion(elf: ElfFile): number | null {
  const section = elf.section('version');
  if (section === undefined || section.size === 0) return null;
  const reader = elf.reader(section);
  if (section.size !== 4) throw reader.error(`a kernel version of ${section.size} bytes, not 4`);
  return reader.u32(0);
}
