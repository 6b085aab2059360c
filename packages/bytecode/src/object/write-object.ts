import {
  R_BPF_64_32,
  R_BPF_64_64,
  REL_SIZE,
  SHF_EXECINSTR,
  SHT_PROGBITS,
  SHT_REL,
  SHT_STRTAB,
  SHT_SYMTAB,
  SYM_SIZE,
} from '../elf/constants.ts';
import { encodeUtf8 } from '../elf/text.ts';
import {
  type OutputFunction,
  type OutputRelocation,
  type OutputSection,
  relocationTable,
  stringTable,
  symbolTable,
  writeElf,
} from '../elf/write-elf.ts';
import { LinkError } from '../errors.ts';
import type { InstructionStream } from '../isa/instruction.ts';
import { entersFunction, targetSlotOf } from '../isa/target.ts';
import { linkCode } from '../link/link-code.ts';
import type { LinkedFunction } from '../link/linked-object.ts';

export interface WriteObjectOptions {
  /** Section of the program, which says its type, e.g. `xdp`. */
  readonly section: string;
  /** Symbol of the program. */
  readonly name: string;
  readonly license: string;
}

const SHF_WRITE = 1;
const SHF_ALLOC = 2;
const CODE = { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_EXECINSTR, align: 8 } as const;

/** Section header indices of the code: the program first, its subprograms behind it. */
const PROGRAM = 1;
const TEXT = 2;

/**
 * A relocatable ELF64 object with one program, as clang would lay it out: the program in its section,
 * the functions that it calls in `.text`, a relocation for each call and each callback address, and
 * `license`. What libbpf, bpftool and `parseObject` load.
 *
 * @throws LinkError for a jump from one function into another
 */
export function writeObject(code: InstructionStream, options: WriteObjectOptions): Uint8Array {
  const little = code.endianness === 'little';
  const functions = linkCode(code, { name: options.name }).programs[0]?.functions ?? [];
  // The program ends where the first function that it calls begins.
  const textSlot = functions[1]?.slot ?? code.indexOfSlot.length;
  refuseJumpsAcross(code, textSlot, options.name);

  const bytes = code.bytes.slice();
  const relocations = relocateCalls(code, functions, bytes);
  const [programBytes, textBytes] = [bytes.slice(0, textSlot * 8), bytes.slice(textSlot * 8)];
  const symbols = functions.map(
    ({ name, slot, length }): OutputFunction => ({
      name,
      section: slot < textSlot ? PROGRAM : TEXT,
      offset: (slot < textSlot ? slot : slot - textSlot) * 8,
      size: length * 8,
    }),
  );
  const names = stringTable(symbols.map(({ name }) => name));

  const sections: OutputSection[] = [{ name: options.section, ...CODE, content: programBytes }];
  if (textBytes.length > 0) sections.push({ name: '.text', ...CODE, content: textBytes });
  sections.push({
    name: 'license',
    type: SHT_PROGBITS,
    flags: SHF_ALLOC | SHF_WRITE,
    content: encodeUtf8(`${options.license}\0`),
    align: 1,
  });
  const tables = [
    { section: PROGRAM, entries: relocations.filter(({ slot }) => slot < textSlot), base: 0 },
    { section: TEXT, entries: relocations.filter(({ slot }) => slot >= textSlot), base: textSlot },
  ].filter(({ entries }) => entries.length > 0);
  const symbolSection = sections.length + tables.length + 1;
  for (const { section, entries, base } of tables) {
    const placed = entries.map(
      ({ slot, symbol, type }): OutputRelocation => ({ offset: (slot - base) * 8, symbol, type }),
    );
    sections.push({
      name: `.rel${sections[section - 1]?.name}`,
      type: SHT_REL,
      flags: 0,
      content: relocationTable(placed, little),
      align: 8,
      link: symbolSection,
      info: section,
      entrySize: REL_SIZE,
    });
  }
  sections.push(
    {
      name: '.symtab',
      type: SHT_SYMTAB,
      flags: 0,
      content: symbolTable(symbols, names.offsets, little),
      align: 8,
      link: symbolSection + 1,
      // Index of the first symbol that is not local: all but the null symbol are global.
      info: 1,
      entrySize: SYM_SIZE,
    },
    { name: '.strtab', type: SHT_STRTAB, flags: 0, content: names.bytes, align: 1 },
  );
  return writeElf(sections, little);
}

interface Relocation {
  readonly slot: number;
  /** Index in the symbol table. */
  readonly symbol: number;
  readonly type: number;
}

/** Puts clang's placeholders into `bytes` (call: imm -1; address: src 0, imm 0) and lists what to resolve. */
function relocateCalls(
  code: InstructionStream,
  functions: readonly LinkedFunction[],
  bytes: Uint8Array,
): Relocation[] {
  const little = code.endianness === 'little';
  const view = new DataView(bytes.buffer);
  const symbolAt = new Map(functions.map(({ slot }, index) => [slot, index + 1]));
  const relocations: Relocation[] = [];
  code.instructions.forEach((instruction, index) => {
    const slot = code.slots[index] ?? 0;
    if (!entersFunction(instruction)) return;
    const symbol = symbolAt.get(targetSlotOf(instruction, slot) ?? -1) ?? 0;
    const isCall = instruction.kind === 'call-local';
    view.setInt32(slot * 8 + 4, isCall ? -1 : 0, little);
    if (!isCall) {
      const registers = view.getUint8(slot * 8 + 1);
      view.setUint8(slot * 8 + 1, registers & (little ? 0x0f : 0xf0));
    }
    relocations.push({ slot, symbol, type: isCall ? R_BPF_64_32 : R_BPF_64_64 });
  });
  return relocations;
}

function refuseJumpsAcross(code: InstructionStream, boundary: number, program: string): void {
  code.instructions.forEach((instruction, index) => {
    if (entersFunction(instruction)) return;
    const slot = code.slots[index] ?? 0;
    const target = targetSlotOf(instruction, slot);
    if (target === null || target < boundary === slot < boundary) return;
    throw new LinkError(`jumps to slot ${target}, in another function`, program, slot);
  });
}
