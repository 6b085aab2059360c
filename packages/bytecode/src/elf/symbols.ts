import type { ByteReader } from './byte-reader.ts';
import * as elf from './constants.ts';
import type { ElfSection } from './elf-file.ts';
import { StringTable } from './string-table.ts';

/** An entry of the symbol table. */
export class ElfSymbol {
  readonly binding: 'local' | 'global' | 'weak';
  readonly type: 'none' | 'object' | 'function' | 'section' | 'other';
  /** Other objects must not name it, though it is no local symbol (STV_HIDDEN, STV_INTERNAL). */
  readonly hidden: boolean;
  /** Section index; 0 for an undefined symbol, 0xff00 and above for absolute and common ones. */
  readonly section: number;
  /** Byte offset in that section. */
  readonly value: number;
  /** Bytes; 0 where the compiler did not say. */
  readonly size: number;
  readonly #nameOffset: number;
  readonly #names: StringTable;
  readonly #sectionName: string;

  /** Reads the entry at `at`. */
  constructor(table: ByteReader, at: number, names: StringTable, sections: readonly ElfSection[]) {
    const info = table.u8(at + 4);
    const binding = info >> 4;
    this.binding =
      binding === elf.STB_LOCAL ? 'local' : binding === elf.STB_WEAK ? 'weak' : 'global';
    this.type = TYPES[info & 15] ?? 'other';
    const visibility = table.u8(at + 5) & 3;
    this.hidden = visibility === elf.STV_HIDDEN || visibility === elf.STV_INTERNAL;
    this.section = table.u16(at + 6);
    this.value = table.u64(at + 8);
    this.size = table.u64(at + 16);
    this.#nameOffset = table.u32(at);
    this.#names = names;
    this.#sectionName = sections[this.section]?.name ?? '';
  }

  /**
   * Of an unnamed section symbol the section's name.
   *
   * @throws ObjectFormatError for a name outside the string table: most symbols are of debug
   * information, and nobody reads their names
   */
  get name(): string {
    const own = this.#nameOffset === 0 ? '' : this.#names.at(this.#nameOffset);
    return own === '' && this.type === 'section' ? this.#sectionName : own;
  }
}

const TYPES: Readonly<Record<number, ElfSymbol['type']>> = {
  [elf.STT_NOTYPE]: 'none',
  [elf.STT_OBJECT]: 'object',
  [elf.STT_FUNC]: 'function',
  [elf.STT_SECTION]: 'section',
};

/**
 * Reads a symbol table.
 *
 * @throws ObjectFormatError for a table of another form, or a section that does not exist
 */
export function readSymbols(
  table: ByteReader,
  section: ElfSection,
  sections: readonly ElfSection[],
  content: (section: ElfSection) => Uint8Array,
): readonly ElfSymbol[] {
  if (section.entrySize !== elf.SYM_SIZE || table.length % elf.SYM_SIZE !== 0) {
    throw table.error(
      `a symbol table of ${table.length} bytes in entries of ${section.entrySize}, not ${elf.SYM_SIZE}`,
    );
  }
  const strings = sections[section.link];
  if (strings === undefined || strings.type !== elf.SHT_STRTAB) {
    throw table.error(`symbol names: section ${section.link} is no string table`);
  }
  const names = new StringTable(content(strings), strings.name, strings.offset);
  return Array.from({ length: table.length / elf.SYM_SIZE }, (_, index) => {
    const symbol = new ElfSymbol(table, index * elf.SYM_SIZE, names, sections);
    if (symbol.section < elf.SHN_LORESERVE && sections[symbol.section] === undefined) {
      throw table.error(
        `symbol ${index}: there is no section ${symbol.section}`,
        index * elf.SYM_SIZE,
      );
    }
    return symbol;
  });
}
