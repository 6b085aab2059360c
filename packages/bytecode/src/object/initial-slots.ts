import type { ByteReader } from '../elf/byte-reader.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { lowerBound } from '../elf/search.ts';
import type { ElfSymbol } from '../elf/symbols.ts';
import type { BtfMap } from './btf-maps.ts';

/** Bytes of an element of `values` in the file. */
const POINTER_SIZE = 8;

/**
 * Adds what `.values = { [i] = … }` of maps of maps and program arrays put into them: clang leaves
 * a relocation for each element that is set, against the map or program.
 *
 * @throws ObjectFormatError for an element outside every map
 */
export function withInitialSlots(elf: ElfFile, maps: readonly BtfMap[]): readonly BtfMap[] {
  const section = elf.sections[maps[0]?.section ?? 0];
  if (section === undefined || maps.length === 0) return maps;
  const ordered = [...maps].sort((a, b) => a.offset - b.offset);
  const slots = new Map<BtfMap, { index: number; symbol: string }[]>();

  const content = elf.reader(section);
  for (const { offset, symbol } of elf.relocations(section)) {
    const map = ordered[lowerBound(ordered.length, (i) => ordered[i]?.offset ?? 0, offset + 1) - 1];
    const index = (offset - (map?.offset ?? 0) - (map?.valuesOffset ?? 0)) / POINTER_SIZE;
    if (map === undefined || map.valuesOffset === null || !Number.isInteger(index) || index < 0) {
      throw content.error(`a reference to ${symbol.name} outside "values"`, offset);
    }
    const slot = { index, symbol: nameOf(symbol, content, offset, maps) };
    const list = slots.get(map);
    if (list === undefined) slots.set(map, [slot]);
    else list.push(slot);
  }
  for (const list of slots.values()) list.sort((a, b) => a.index - b.index);
  return maps.map((map) => ({
    ...map,
    spec: { ...map.spec, initialSlots: slots.get(map) ?? [] },
  }));
}

/** A static map is named by its section and, in the file's bytes, its offset there. */
function nameOf(
  symbol: ElfSymbol,
  content: ByteReader,
  offset: number,
  maps: readonly BtfMap[],
): string {
  if (symbol.type !== 'section') return symbol.name;
  const place = content.u64(offset);
  const named = maps.find((map) => map.section === symbol.section && map.offset === place);
  if (named === undefined) {
    throw content.error(`"values" names byte ${place} of ${symbol.name}, no map`, offset);
  }
  return named.spec.name;
}
