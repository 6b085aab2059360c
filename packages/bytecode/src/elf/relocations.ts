import type { ByteReader } from './byte-reader.ts';
import * as elf from './constants.ts';
import type { ElfSection } from './elf-file.ts';
import type { ElfSymbol } from './symbols.ts';

export interface ElfRelocation {
  /** Byte offset in the section that is relocated. */
  readonly offset: number;
  /** R_BPF_*. */
  readonly type: number;
  readonly symbol: ElfSymbol;
}

/**
 * Reads a REL or RELA table. clang writes REL for BPF: the addend stands in the relocated bytes; an
 * addend of RELA other than 0 is refused.
 */
export function readRelocations(
  table: ByteReader,
  section: ElfSection,
  symbols: readonly ElfSymbol[],
): ElfRelocation[] {
  const size = section.type === elf.SHT_RELA ? elf.RELA_SIZE : elf.REL_SIZE;
  if (table.length % size !== 0) {
    throw table.error(`${table.length} bytes are no whole number of ${size}-byte relocations`);
  }
  return Array.from({ length: table.length / size }, (_, index) => {
    const at = index * size;
    // r_info is one 64-bit number: symbol index in its high half, type in its low half.
    const little = table.endianness === 'little';
    const symbolIndex = table.u32(at + (little ? 12 : 8));
    const symbol = symbols[symbolIndex];
    if (symbol === undefined) {
      throw table.error(`relocation ${index}: there is no symbol ${symbolIndex}`, at);
    }
    if (size === elf.RELA_SIZE && table.u64(at + 16) !== 0) {
      throw table.error(`relocation ${index} has an explicit addend, which BPF does not use`, at);
    }
    return { offset: table.u64(at), type: table.u32(at + (little ? 8 : 12)), symbol };
  });
}
