import { ObjectFormatError } from '../errors.ts';
import type { Endianness } from '../isa/instruction.ts';
import { ByteReader } from './byte-reader.ts';
import * as elf from './constants.ts';
import { type ElfRelocation, readRelocations } from './relocations.ts';
import { StringTable } from './string-table.ts';
import { type ElfSymbol, readSymbols } from './symbols.ts';

/** Bytes that `.bss`-like sections may ask for in all; they cost no bytes in the file. */
const MAX_NOBITS = 64 * 1024 * 1024;

/** Sections that are read; compilers write three for each function at most. */
const MAX_SECTIONS = 20_000;

export interface ElfSection {
  readonly index: number;
  /** '' where the name cannot be read; such a section means nothing to BPF. */
  readonly name: string;
  /** sh_type */
  readonly type: number;
  readonly executable: boolean;
  /** Offset in the file, bytes. */
  readonly offset: number;
  /** Bytes, also of NOBITS sections. */
  readonly size: number;
  readonly link: number;
  readonly info: number;
  /** Bytes per entry of a table; 0 of others. */
  readonly entrySize: number;
  /** Bytes; 1 where nothing is said. */
  readonly alignment: number;
}

/** A relocatable ELF64 file for BPF, its tables read and checked. */
export interface ElfFile {
  readonly endianness: Endianness;
  /** By section index; [0] is the null section. */
  readonly sections: readonly ElfSection[];
  /** By symbol index; empty without a symbol table. */
  readonly symbols: readonly ElfSymbol[];
  /** Symbols that stand in a section, ascending by value. */
  symbolsIn(section: ElfSection): readonly ElfSymbol[];
  /** Content of a section: a view of the file; zeroes of a NOBITS section. */
  content(section: ElfSection): Uint8Array;
  /** Reader over that content. */
  reader(section: ElfSection): ByteReader;
  /** Relocations that apply to a section, in the order of the file. */
  relocations(section: ElfSection): readonly ElfRelocation[];
  /** The first section of that name; undefined without one. */
  section(name: string): ElfSection | undefined;
}

/**
 * Reads the headers, sections and symbols of a BPF object, of either byte order.
 *
 * Sections may not claim more bytes together than the file has, so that whatever walks all of them
 * is linear in the file's size.
 *
 * @throws ObjectFormatError
 */
export function parseElf(file: Uint8Array): ElfFile {
  // Subclasses copy where Uint8Array views and the other way round (Node's Buffer.slice).
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const header = readHeader(bytes);
  const sections = readSections(header);
  const { endianness } = header;

  const reader = (section: ElfSection): ByteReader =>
    new ByteReader(content(section), endianness, section.name, section.offset);
  const content = (section: ElfSection): Uint8Array =>
    section.type === elf.SHT_NOBITS
      ? new Uint8Array(section.size)
      : bytes.subarray(section.offset, section.offset + section.size);

  const symbolTables = sections.filter((section) => section.type === elf.SHT_SYMTAB);
  const [symbolTable, second] = symbolTables;
  if (second !== undefined) {
    throw new ObjectFormatError('a second symbol table', second.name, second.offset);
  }
  const symbols =
    symbolTable === undefined
      ? []
      : readSymbols(reader(symbolTable), symbolTable, sections, content);

  const byName = new Map<string, ElfSection>();
  for (const section of sections) {
    if (!byName.has(section.name)) byName.set(section.name, section);
  }
  const tables = groupBy(
    sections.filter(({ type }) => type === elf.SHT_REL || type === elf.SHT_RELA),
    ({ info }) => info,
  );
  const bySection = groupBy(symbols, ({ section }) => section);
  for (const list of bySection.values()) list.sort((a, b) => a.value - b.value);

  return {
    endianness,
    sections,
    symbols,
    symbolsIn: (section) => bySection.get(section.index) ?? [],
    content,
    reader,
    relocations: (section) =>
      (tables.get(section.index) ?? []).flatMap((table) =>
        readRelocations(reader(table), table, symbols),
      ),
    section: (name) => byName.get(name),
  };
}

function readHeader(bytes: Uint8Array): ByteReader {
  const where = 'ELF header';
  const ident = new ByteReader(bytes, 'big', where);
  if (bytes.length < 4 || ident.u32(0) !== elf.ELF_MAGIC) {
    throw new ObjectFormatError('not an ELF file (no \\x7fELF at its start)', where, 0);
  }
  if (bytes.length < elf.EHDR_SIZE) {
    throw new ObjectFormatError(
      `the file has ${bytes.length} bytes, an ELF64 header ${elf.EHDR_SIZE}: it is truncated`,
      where,
      bytes.length,
    );
  }
  const elfClass = ident.u8(4);
  if (elfClass !== elf.ELFCLASS64) {
    const name = elfClass === elf.ELFCLASS32 ? 'ELF32' : `ELF class ${elfClass}`;
    throw new ObjectFormatError(`${name}; BPF objects are ELF64`, where, 4);
  }
  const data = ident.u8(5);
  if (data !== elf.ELFDATA2LSB && data !== elf.ELFDATA2MSB) {
    throw new ObjectFormatError(`unknown byte order ${data}`, where, 5);
  }
  const reader = new ByteReader(bytes, data === elf.ELFDATA2LSB ? 'little' : 'big', where);
  const type = reader.u16(16);
  if (type !== elf.ET_REL) {
    throw new ObjectFormatError(
      `ELF type ${elf.ET_NAMES[type] ?? type}; a BPF object is relocatable (REL): compile with -c`,
      where,
      16,
    );
  }
  const machine = reader.u16(18);
  if (machine !== elf.EM_BPF && machine !== elf.EM_NONE) {
    throw new ObjectFormatError(
      `machine ${machine} is not BPF (${elf.EM_BPF}): compile with --target=bpf`,
      where,
      18,
    );
  }
  return reader;
}

function readSections(header: ByteReader): readonly ElfSection[] {
  const tableOffset = header.u64(40);
  const entrySize = header.u16(58);
  if (tableOffset === 0) throw header.error('no section headers', 40);
  if (entrySize !== elf.SHDR_SIZE) {
    throw header.error(`section headers of ${entrySize} bytes, not ${elf.SHDR_SIZE}`, 58);
  }
  // gABI: with 0xff00 sections and more the true numbers stand in the null section.
  const first = tableReader(header, tableOffset, 1);
  const count = header.u16(60) || first.u64(32);
  if (count > MAX_SECTIONS) {
    throw header.error(`${count} sections (at most ${MAX_SECTIONS} are read)`, 60);
  }
  const named = header.u16(62);
  const nameIndex = named === elf.SHN_XINDEX ? first.u32(40) : named;
  const table = tableReader(header, tableOffset, count);

  const raw = Array.from({ length: count }, (_, index) => readSection(table, index, header.length));
  const nameSection = raw[nameIndex];
  if (nameSection === undefined || nameSection.type !== elf.SHT_STRTAB) {
    throw header.error(`section names: section ${nameIndex} is no string table`, 62);
  }
  const names = new StringTable(
    header.bytes.subarray(nameSection.offset, nameSection.offset + nameSection.size),
    'section names',
    nameSection.offset,
  );
  checkTotals(header, raw);
  return raw.map(({ nameOffset, ...section }) => ({
    ...section,
    name: section.index !== 0 && names.has(nameOffset) ? names.at(nameOffset) : '',
  }));
}

function tableReader(header: ByteReader, offset: number, count: number): ByteReader {
  const bytes = header.slice(offset, count * elf.SHDR_SIZE, `a table of ${count} section headers`);
  return new ByteReader(bytes, header.endianness, 'section headers', offset);
}

function readSection(
  table: ByteReader,
  index: number,
  fileSize: number,
): Omit<ElfSection, 'name'> & { readonly nameOffset: number } {
  const at = index * elf.SHDR_SIZE;
  const section = {
    index,
    nameOffset: table.u32(at),
    type: index === 0 ? 0 : table.u32(at + 4),
    executable: (table.u64(at + 8) & elf.SHF_EXECINSTR) !== 0,
    offset: index === 0 ? 0 : table.u64(at + 24),
    size: index === 0 ? 0 : table.u64(at + 32),
    link: table.u32(at + 40),
    info: table.u32(at + 44),
    alignment: table.u64(at + 48) || 1,
    entrySize: table.u64(at + 56),
  };
  if (section.type !== elf.SHT_NOBITS && section.offset + section.size > fileSize) {
    throw table.error(
      `section ${index} of ${section.size} bytes at ${section.offset} ends after the file (${fileSize} bytes)`,
      at,
    );
  }
  return section;
}

function checkTotals(
  header: ByteReader,
  sections: readonly { readonly type: number; readonly size: number }[],
): void {
  let inFile = 0;
  let zeroes = 0;
  for (const section of sections) {
    if (section.type === elf.SHT_NOBITS) zeroes += section.size;
    else inFile += section.size;
  }
  if (inFile > header.length) {
    throw header.error(`the sections claim ${inFile} bytes, the file has ${header.length}`, 40);
  }
  if (zeroes > MAX_NOBITS) {
    throw header.error(`zeroed sections of ${zeroes} bytes (at most ${MAX_NOBITS} are read)`, 40);
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
