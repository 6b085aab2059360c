import type { Btf } from '../btf/btf.ts';
import { SHT_NOBITS, SHT_PROGBITS } from '../elf/constants.ts';
import type { ElfFile, ElfSection } from '../elf/elf-file.ts';
import type { BtfSection } from './btf-sections.ts';
import type { LocatedMap } from './located-map.ts';
import { mapSpec } from './map-spec.ts';
import type { GlobalVariable } from './spec.ts';

/** BPF_F_RDONLY_PROG: programs cannot write the map. */
export const BPF_F_RDONLY_PROG = 0x80;

/**
 * Makes a map of each `.rodata*`, `.data*` and `.bss*` section that is not empty: an array of one
 * entry whose value is the section (as libbpf does since 0.0.4; kernel 5.2).
 */
export function readDataSections(
  elf: ElfFile,
  btf: Btf | null,
  described: ReadonlyMap<string, BtfSection>,
): readonly LocatedMap[] {
  return elf.sections.filter(isDataSection).map((section) => {
    const readonly = isNamed(section, '.rodata');
    const known = described.get(section.name);
    return {
      section: section.index,
      offset: 0,
      spec: mapSpec({
        name: section.name,
        type: 'array',
        keySize: 4,
        valueSize: section.size,
        maxEntries: 1,
        flags: readonly ? BPF_F_RDONLY_PROG : 0,
        btfValueTypeId: known?.id ?? 0,
        globals: {
          section: section.name,
          data: elf.content(section).slice(),
          readonly,
          alignment: section.alignment,
          variables:
            btf === null || known === undefined ? symbolsOf(elf, section) : variablesOf(btf, known),
        },
      }),
    };
  });
}

function isNamed(section: ElfSection, prefix: string): boolean {
  return section.name === prefix || section.name.startsWith(`${prefix}.`);
}

function isDataSection(section: ElfSection): boolean {
  return (
    section.size > 0 &&
    (section.type === SHT_PROGBITS || section.type === SHT_NOBITS) &&
    ['.rodata', '.data', '.bss'].some((prefix) => isNamed(section, prefix))
  );
}

function variablesOf(btf: Btf, section: BtfSection): readonly GlobalVariable[] {
  return section.variables.flatMap(({ type, offset, size }) => {
    const variable = btf.type(type);
    return variable.kind === 'var' && variable.linkage !== 'extern'
      ? [{ name: variable.name, offset, size, btfId: type }]
      : [];
  });
}

function symbolsOf(elf: ElfFile, section: ElfSection): readonly GlobalVariable[] {
  return elf
    .symbolsIn(section)
    .filter(({ type }) => type === 'object')
    .map(({ name, value, size }) => ({ name, offset: value, size, btfId: 0 }));
}
