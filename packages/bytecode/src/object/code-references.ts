import type { ByteReader } from '../elf/byte-reader.ts';
import * as elf from '../elf/constants.ts';
import type { ElfFile, ElfSection } from '../elf/elf-file.ts';
import type { ElfRelocation } from '../elf/relocations.ts';
import type { MapTable } from './located-map.ts';
import type { RelocationSpec } from './spec.ts';

type Target = RelocationSpec['target'];

/** A relocation of a code section; `offset` is the byte offset of the instruction in it. */
export interface CodeReference {
  readonly offset: number;
  readonly target: Target;
}

const SLOT_SIZE = 8;
const OPCODE_LDDW = 0x18;
const OPCODE_CALL = 0x85;

/**
 * Says in eBPF's terms what the relocations of a code section point to; ascending by offset.
 *
 * Where the symbol stands for a whole section (static functions and variables), the instruction's
 * imm holds the rest: for calls the target's slot - 1, for lddw the byte offset.
 *
 * @throws ObjectFormatError for a relocation outside the section; what has no meaning for the
 * instruction becomes `unsupported`, an error only of the program that needs it
 */
export function readCodeReferences(
  file: ElfFile,
  section: ElfSection,
  maps: MapTable,
): readonly CodeReference[] {
  const code = file.reader(section);
  return file
    .relocations(section)
    .filter(({ type }) => type !== elf.R_BPF_NONE)
    .map((relocation): CodeReference => {
      const { offset, symbol } = relocation;
      if (offset % SLOT_SIZE !== 0 || offset + SLOT_SIZE > section.size) {
        throw code.error(`a relocation against ${symbol.name} at byte ${offset}, no instruction`);
      }
      const target = targetOf(file, maps, code, relocation) ?? {
        kind: 'unsupported' as const,
        type: relocation.type,
        symbol: symbol.name,
      };
      return { offset, target };
    })
    .sort((a, b) => a.offset - b.offset);
}

function targetOf(
  file: ElfFile,
  maps: MapTable,
  code: ByteReader,
  { offset, type, symbol }: ElfRelocation,
): Target | null {
  const opcode = code.u8(offset);
  const isCall = opcode === OPCODE_CALL;
  if (
    (!isCall && opcode !== OPCODE_LDDW) ||
    (type !== elf.R_BPF_64_64 && type !== elf.R_BPF_64_32)
  ) {
    return null;
  }
  if (symbol.section === elf.SHN_UNDEF) {
    return symbol.name === ''
      ? null
      : { kind: 'extern', name: symbol.name, weak: symbol.binding === 'weak' };
  }
  const home = file.sections[symbol.section];
  if (home === undefined) return null;
  const imm = code.i32(offset + 4);
  if (isCall) {
    if (!home.executable) return null;
    const sectionOffset = symbol.value + (imm + 1) * SLOT_SIZE;
    return { kind: 'function', section: home.name, sectionOffset };
  }
  if (home.executable) {
    return { kind: 'function', section: home.name, sectionOffset: symbol.value + imm };
  }
  const data = maps.ofDataSection(home.index);
  if (data !== undefined) {
    return { kind: 'map-value', map: data.name, offset: symbol.value + imm };
  }
  // A map's own symbol says it all; libbpf ignores imm there.
  const place = symbol.type === 'section' ? symbol.value + imm : symbol.value;
  const map = maps.definedAt(home.index, place);
  return map === undefined ? null : { kind: 'map', map: map.name, offset: 0 };
}
