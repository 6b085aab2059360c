import {
  EHDR_SIZE,
  ELF_MAGIC,
  ELFCLASS64,
  ELFDATA2LSB,
  ELFDATA2MSB,
  EM_BPF,
  ET_REL,
  REL_SIZE,
  SHDR_SIZE,
  SHT_STRTAB,
  STB_GLOBAL,
  STT_FUNC,
  SYM_SIZE,
} from './constants.ts';
import { encodeUtf8 } from './text.ts';

/** A section as it is to be written. */
export interface OutputSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly content: Uint8Array;
  readonly align: number;
  readonly link?: number;
  readonly info?: number;
  readonly entrySize?: number;
}

/** A global function symbol. */
export interface OutputFunction {
  readonly name: string;
  /** Section header index. */
  readonly section: number;
  /** Byte offset in the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** An Elf64_Rel: patch the instruction at `offset` with a symbol. */
export interface OutputRelocation {
  readonly offset: number;
  readonly symbol: number;
  readonly type: number;
}

/** Lays out an ET_REL file of EM_BPF: sections in the order given, then section names and headers. */
export function writeElf(sections: readonly OutputSection[], little: boolean): Uint8Array {
  const names = stringTable([...sections.map(({ name }) => name), '.shstrtab']);
  const all: readonly OutputSection[] = [
    ...sections,
    { name: '.shstrtab', type: SHT_STRTAB, flags: 0, content: names.bytes, align: 1 },
  ];
  const offsets: number[] = [];
  let end = EHDR_SIZE;
  for (const { content, align } of all) {
    end = Math.ceil(end / align) * align;
    offsets.push(end);
    end += content.length;
  }
  const headers = Math.ceil(end / 8) * 8;
  const bytes = new Uint8Array(headers + (all.length + 1) * SHDR_SIZE);
  const view = new DataView(bytes.buffer);
  writeFileHeader(view, little, headers, all.length + 1);
  all.forEach((section, index) => {
    const offset = offsets[index] ?? 0;
    bytes.set(section.content, offset);
    const header = new DataView(bytes.buffer, headers + (index + 1) * SHDR_SIZE);
    writeSectionHeader(header, section, names.offsets[index] ?? 0, offset, little);
  });
  return bytes;
}

function writeFileHeader(
  view: DataView,
  little: boolean,
  sectionHeaders: number,
  sectionCount: number,
): void {
  view.setUint32(0, ELF_MAGIC);
  view.setUint8(4, ELFCLASS64);
  view.setUint8(5, little ? ELFDATA2LSB : ELFDATA2MSB);
  view.setUint8(6, 1);
  view.setUint16(16, ET_REL, little);
  view.setUint16(18, EM_BPF, little);
  view.setUint32(20, 1, little);
  writeWord(view, 40, sectionHeaders, little);
  view.setUint16(52, EHDR_SIZE, little);
  view.setUint16(58, SHDR_SIZE, little);
  view.setUint16(60, sectionCount, little);
  view.setUint16(62, sectionCount - 1, little);
}

function writeSectionHeader(
  view: DataView,
  section: OutputSection,
  name: number,
  offset: number,
  little: boolean,
): void {
  view.setUint32(0, name, little);
  view.setUint32(4, section.type, little);
  writeWord(view, 8, section.flags, little);
  writeWord(view, 24, offset, little);
  writeWord(view, 32, section.content.length, little);
  view.setUint32(40, section.link ?? 0, little);
  view.setUint32(44, section.info ?? 0, little);
  writeWord(view, 48, section.align, little);
  writeWord(view, 56, section.entrySize ?? 0, little);
}

/** A 64-bit field whose value fits 32 bits. */
function writeWord(view: DataView, at: number, value: number, little: boolean): void {
  view.setUint32(little ? at : at + 4, value, little);
}

/** NUL-terminated strings behind an empty first one, and where each begins. */
export function stringTable(names: readonly string[]): { bytes: Uint8Array; offsets: number[] } {
  const offsets: number[] = [];
  let text = '\0';
  for (const name of names) {
    offsets.push(encodeUtf8(text).length);
    text += `${name}\0`;
  }
  return { bytes: encodeUtf8(text), offsets };
}

/** Content of a symbol table: the null symbol, then the functions. `names` are their string offsets. */
export function symbolTable(
  functions: readonly OutputFunction[],
  names: readonly number[],
  little: boolean,
): Uint8Array {
  const bytes = new Uint8Array((functions.length + 1) * SYM_SIZE);
  functions.forEach(({ section, offset, size }, index) => {
    const view = new DataView(bytes.buffer, (index + 1) * SYM_SIZE);
    view.setUint32(0, names[index] ?? 0, little);
    view.setUint8(4, (STB_GLOBAL << 4) | STT_FUNC);
    view.setUint16(6, section, little);
    writeWord(view, 8, offset, little);
    writeWord(view, 16, size, little);
  });
  return bytes;
}

/** Content of a relocation section. */
export function relocationTable(
  relocations: readonly OutputRelocation[],
  little: boolean,
): Uint8Array {
  const bytes = new Uint8Array(relocations.length * REL_SIZE);
  relocations.forEach(({ offset, symbol, type }, index) => {
    const view = new DataView(bytes.buffer, index * REL_SIZE);
    writeWord(view, 0, offset, little);
    view.setUint32(8, little ? type : symbol, little);
    view.setUint32(12, little ? symbol : type, little);
  });
  return bytes;
}
