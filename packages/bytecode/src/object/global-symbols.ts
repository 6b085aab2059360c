import type { ElfFile } from '../elf/elf-file.ts';
import type { LocatedMap } from './located-map.ts';
import type { GlobalSymbol } from './spec.ts';

/** Maps and variables whose symbols are not local, section by section, ascending in each. */
export function readGlobalSymbols(
  elf: ElfFile,
  maps: readonly LocatedMap[],
): readonly GlobalSymbol[] {
  const sections = new Map<number, Map<number, LocatedMap>>();
  for (const map of maps) {
    const known = sections.get(map.section);
    if (known === undefined) sections.set(map.section, new Map([[map.offset, map]]));
    else known.set(map.offset, map);
  }
  return [...sections].flatMap(([index, byOffset]) => {
    const section = elf.sections[index];
    const symbols = section === undefined ? [] : elf.symbolsIn(section);
    return symbols.flatMap(({ binding, type, value, size, name }): GlobalSymbol[] => {
      if (binding === 'local' || type === 'section' || type === 'function') return [];
      const whole = byOffset.get(0);
      const map = whole?.spec.globals ? whole : byOffset.get(value);
      if (map === undefined) return [];
      const variable = map.spec.globals === null ? null : { offset: value, size };
      return [{ name, binding, map: map.spec.name, variable }];
    });
  });
}
