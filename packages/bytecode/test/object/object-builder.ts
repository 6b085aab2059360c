import {
  buildElf,
  concat,
  relocation,
  type SectionInput,
  strings,
  symbol,
} from '../elf/elf-builder.ts';

export const EXIT: readonly number[] = [0x95, 0, 0, 0, 0, 0, 0, 0];
const SHT = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, REL: 9 };
const ALLOC_AND_EXECUTE = 6;

interface SymbolInput {
  readonly name: string;
  /** st_info; default a global function. */
  readonly info?: number;
  /** Section name; '' for an undefined symbol. */
  readonly section: string;
  readonly value?: number;
  readonly size?: number;
}

export interface ObjectInput {
  /** Code by section name. */
  readonly code?: Readonly<Record<string, Uint8Array | readonly number[]>>;
  readonly data?: Readonly<Record<string, Uint8Array>>;
  readonly symbols?: readonly SymbolInput[];
  /** By section name; `symbol` counts `symbols`. */
  readonly relocations?: Readonly<
    Record<string, readonly { offset: number; symbol: number; type: number }[]>
  >;
}

/** Writes a little-endian object of the given sections for tests; nothing is checked. */
export function buildObject(object: ObjectInput): Uint8Array<ArrayBuffer> {
  const { code = {}, data = {}, symbols = [], relocations = {} } = object;
  const table = strings(['', ...symbols.map(({ name }) => name)]);
  const plain: SectionInput[] = [
    ...Object.entries(code).map(([name, content]) => ({
      name,
      type: SHT.PROGBITS,
      flags: ALLOC_AND_EXECUTE,
      content: Uint8Array.from(content),
    })),
    ...Object.entries(data).map(([name, content]) => ({ name, type: SHT.PROGBITS, content })),
  ];
  // The null section and the names of sections stand before these.
  const indexOf = (name: string): number =>
    name === '' ? 0 : 2 + plain.findIndex((section) => section.name === name);
  const entries = symbols.map(({ info = 0x12, section, value = 0, size = 0 }, index) =>
    symbol({ name: table.offsets[index + 1] ?? 0, info, section: indexOf(section), value, size }),
  );
  const symtab = plain.length + 3;
  return buildElf([
    ...plain,
    { name: '.strtab', type: SHT.STRTAB, content: table.bytes },
    {
      name: '.symtab',
      type: SHT.SYMTAB,
      entrySize: 24,
      link: symtab - 1,
      content: concat([symbol({}), ...entries]),
    },
    ...Object.entries(relocations).map(([name, list]) => ({
      name: `.rel${name}`,
      type: SHT.REL,
      info: indexOf(name),
      link: symtab,
      content: concat(list.map((rel) => relocation(rel.offset, rel.symbol + 1, rel.type))),
    })),
  ]);
}
