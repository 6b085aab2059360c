import { parseBtf } from '../btf/btf.ts';
import { parseBtfExt } from '../btf/btf-ext.ts';
import { type ElfFile, parseElf } from '../elf/elf-file.ts';
import { decodeUtf8 } from '../elf/text.ts';
import { linux } from '../platform/linux/index.ts';
import type { Platform } from '../platform/platform.ts';
import { readBtfMaps } from './btf-maps.ts';
import { btfSections } from './btf-sections.ts';
import { readDataSections } from './data-sections.ts';
import { withDataSections } from './datasec.ts';
import { coreRelocationsOf, DebugInfo } from './debug-info.ts';
import { divideFunctions } from './entry-points.ts';
import { readExterns } from './externs.ts';
import { readFunctions } from './functions.ts';
import { readGlobalSymbols } from './global-symbols.ts';
import { withHiddenFunctions } from './hidden-functions.ts';
import { withInitialSlots } from './initial-slots.ts';
import { KCONFIG_MAP, kconfigMap } from './kconfig-map.ts';
import { readLegacyMaps } from './legacy-maps.ts';
import { MapTable } from './located-map.ts';
import type { ObjectSpec } from './spec.ts';
import { readStructOps } from './struct-ops.ts';

export interface ParseOptions {
  /** Whose section names and map type numbers the object uses. Default: Linux. */
  readonly platform?: Platform;
}

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
  const base = btfSection?.offset ?? 0;
  const btf =
    btfSection === undefined
      ? null
      : withDataSections(parseBtf(elf.content(btfSection), { offset: base }), elf, base);
  const extSection = btf === null ? undefined : elf.section('.BTF.ext');
  const ext =
    extSection === undefined ? null : parseBtfExt(elf.content(extSection), extSection.offset);

  const sections = btfSections(btf);
  const externs = readExterns(elf, btf, sections, platform);
  const maps = new MapTable(
    [
      ...readLegacyMaps(elf, platform),
      ...withInitialSlots(elf, readBtfMaps(elf, btf, sections, platform)),
      ...readDataSections(elf, btf, sections),
      ...readStructOps(elf, btf, sections),
    ],
    elf,
  );
  const debug = btf === null || ext === null ? null : new DebugInfo(btf, ext);
  const { programs, subprograms } = divideFunctions(readFunctions(elf, maps, debug), platform);
  const kconfig = kconfigMap(btf, externs, sections.get(KCONFIG_MAP)?.id ?? 0);
  return {
    endianness: elf.endianness,
    license: readLicense(elf),
    version: readVersion(elf),
    programs,
    subprograms,
    maps: [...maps.maps.map(({ spec }) => spec), ...(kconfig === null ? [] : [kconfig])],
    globals: readGlobalSymbols(elf, maps.maps),
    externs,
    btf: btf === null ? null : withHiddenFunctions(btf, elf, subprograms, base),
    coreRelocations: btf === null || ext === null ? [] : coreRelocationsOf(btf, ext),
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
