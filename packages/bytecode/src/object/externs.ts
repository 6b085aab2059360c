import type { Btf } from '../btf/btf.ts';
import { SHN_UNDEF } from '../elf/constants.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { ObjectFormatError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { readExternMap } from './btf-maps.ts';
import type { BtfSection } from './btf-sections.ts';
import { KCONFIG_MAP, kconfigVariable } from './kconfig-map.ts';
import type { ExternSpec } from './spec.ts';

/** Symbols that an object may leave to others; a bound on what hostile symbol tables cost. */
const MAX_EXTERNS = 10_000;

/**
 * Finds the undefined symbols and what BTF says about them, in the order of libbpf: kernel
 * configuration by alignment, size and name, then the others by name.
 *
 * @throws ObjectFormatError for a kernel configuration value of a type that libbpf refuses
 */
export function readExterns(
  elf: ElfFile,
  btf: Btf | null,
  sections: ReadonlyMap<string, BtfSection>,
  platform: Platform,
): readonly ExternSpec[] {
  const homes = homesOf(sections);
  const externs = new Map<string, ExternSpec>();
  for (const symbol of elf.symbols) {
    if (symbol.section !== SHN_UNDEF || symbol.binding === 'local') continue;
    const { name } = symbol;
    if (name === '' || externs.has(name)) continue;
    const btfId = btf === null ? 0 : externId(btf, name);
    const section = homes.get(btfId);
    externs.set(name, {
      name,
      weak: symbol.binding === 'weak',
      source: section === KCONFIG_MAP ? 'kconfig' : section === KSYMS_SECTION ? 'kernel' : 'object',
      btfId,
      map: btf !== null && section === '.maps' ? readExternMap(btf, btfId, platform) : null,
    });
    if (externs.size > MAX_EXTERNS) {
      throw new ObjectFormatError(`more than ${MAX_EXTERNS} undefined symbols`, '.symtab');
    }
  }
  return sortExterns([...externs.values()], btf);
}

const KSYMS_SECTION = '.ksyms';

/** The first VAR or FUNC of that name that is extern; 0 without. */
function externId(btf: Btf, name: string): number {
  const found = btf.idsByName(name).find((id) => {
    const type = btf.type(id);
    return (type.kind === 'var' || type.kind === 'func') && type.linkage === 'extern';
  });
  return found ?? 0;
}

function homesOf(sections: ReadonlyMap<string, BtfSection>): ReadonlyMap<number, string> {
  const homes = new Map<number, string>();
  for (const [name, { variables }] of sections) {
    for (const { type } of variables) if (!homes.has(type)) homes.set(type, name);
  }
  return homes;
}

const ORDER: readonly ExternSpec['source'][] = ['kconfig', 'kernel', 'object'];

/** @throws ObjectFormatError for a kernel configuration value of a type that libbpf refuses */
export function sortExterns(
  externs: readonly ExternSpec[],
  btf: Btf | null,
): readonly ExternSpec[] {
  const keyed = externs.map((spec) => ({
    spec,
    ...(spec.source === 'kconfig' && btf !== null
      ? kconfigVariable(btf, spec)
      : { alignment: 0, size: 0 }),
  }));
  keyed.sort(
    (a, b) =>
      ORDER.indexOf(a.spec.source) - ORDER.indexOf(b.spec.source) ||
      b.alignment - a.alignment ||
      a.size - b.size ||
      (a.spec.name < b.spec.name ? -1 : 1),
  );
  return keyed.map(({ spec }) => spec);
}
