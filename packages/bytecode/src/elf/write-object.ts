import type { InstructionStream } from '../isa/instruction.ts';
import {
  EHDR_SIZE,
  ELF_MAGIC,
  ELFCLASS64,
  ELFDATA2LSB,
  ELFDATA2MSB,
  EM_BPF,
  ET_REL,
  SHDR_SIZE,
  SHF_EXECINSTR,
  SHT_PROGBITS,
  SHT_STRTAB,
  SHT_SYMTAB,
  STB_GLOBAL,
  STT_FUNC,
  SYM_SIZE,
} from './constants.ts';
import { encodeUtf8 } from './text.ts';

export interface WriteObjectOptions {
  /** Section of the program, which says its type, e.g. `xdp`. */
  readonly section: string;
  /** Symbol of the program. */
  readonly name: string;
  readonly license: string;
}

interface OutputSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly content: Uint8Array;
  readonly align: number;
  readonly link?: number;
  readonly info?: number;
  readonly entrySize?: number;
}

const SHF_WRITE = 1;
const SHF_ALLOC = 2;

/**
 * A relocatable ELF64 object with one program, as clang would lay it out: the program's section with
 * one global function symbol, and `license`. What libbpf, bpftool and `parseObject` load.
 */
export function writeObject(code: InstructionStream, options: WriteObjectOptions): Uint8Array {
  const little = code.endianness === 'little';
  const symbolNames = stringTable([options.name]);
  const program: OutputSection = {
    name: options.section,
    type: SHT_PROGBITS,
    flags: SHF_ALLOC | SHF_EXECINSTR,
    content: code.bytes,
    align: 8,
  };
  const license: OutputSection = {
    name: 'license',
    type: SHT_PROGBITS,
    flags: SHF_ALLOC | SHF_WRITE,
    content: encodeUtf8(`${options.license}\0`),
    align: 1,
  };
  const symbols: OutputSection = {
    name: '.symtab',
    type: SHT_SYMTAB,
    flags: 0,
    content: symbolTable(code.bytes.length, little),
    align: 8,
    // Index of .strtab; the first symbol that is not local.
    link: 4,
    info: 1,
    entrySize: SYM_SIZE,
  };
  const strings: OutputSection = {
    name: '.strtab',
    type: SHT_STRTAB,
    flags: 0,
    content: symbolNames.bytes,
    align: 1,
  };
  return layOut([program, license, symbols, strings], little);
}

function symbolTable(size: number, little: boolean): Uint8Array {
  const bytes = new Uint8Array(2 * SYM_SIZE);
  const view = new DataView(bytes.buffer, SYM_SIZE);
  view.setUint32(0, 1, little);
  view.setUint8(4, (STB_GLOBAL << 4) | STT_FUNC);
  view.setUint16(6, 1, little);
  view.setUint32(little ? 16 : 20, size, little);
  return bytes;
}

function layOut(sections: readonly OutputSection[], little: boolean): Uint8Array {
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

function stringTable(names: readonly string[]): { bytes: Uint8Array; offsets: number[] } {
  const offsets: number[] = [];
  let text = '\0';
  for (const name of names) {
    offsets.push(encodeUtf8(text).length);
    text += `${name}\0`;
  }
  return { bytes: encodeUtf8(text), offsets };
}
