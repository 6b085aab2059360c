import { type Btf, parseBtf } from '../btf/btf.ts';
import type { ElfFile, ElfSection } from '../elf/elf-file.ts';
import type { ElfSymbol } from '../elf/symbols.ts';

/** Bytes of what a type begins with, and of an entry of a DATASEC. */
const TYPE_SIZE = 12;
const ENTRY_SIZE = 12;

/**
 * clang leaves the size of each DATASEC and the offsets of its global variables 0, for a linker to
 * fill in. Fills them in from sections and symbols and sorts the entries, as the kernel wants them
 * (libbpf: btf_fixup_datasec).
 *
 * @returns `btf` itself where nothing was missing
 */
export function withDataSections(btf: Btf, elf: ElfFile, base: number): Btf {
  let bytes: Uint8Array | null = null;
  const filled = new Set<string>();
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kind(id) !== 'datasec') continue;
    const type = btf.type(id);
    if (type.kind !== 'datasec' || type.size !== 0 || filled.has(type.name)) continue;
    const section = elf.section(type.name);
    if (section === undefined || section.size === 0) continue;
    filled.add(type.name);
    bytes ??= btf.bytes.slice();
    const view = new DataView(bytes.buffer, bytes.byteOffset + btf.byteOffset(id));
    fill(view, btf, type.variables, section, elf.symbolsIn(section));
  }
  return bytes === null ? btf : parseBtf(bytes, { offset: base });
}

function fill(
  view: DataView,
  btf: Btf,
  variables: readonly { readonly type: number; readonly offset: number; readonly size: number }[],
  section: ElfSection,
  symbols: readonly ElfSymbol[],
): void {
  const offsets = new Map(
    symbols
      .filter(({ binding }) => binding !== 'local')
      .map(({ name, value }): [string, number] => [name, value]),
  );
  const placed = variables.map((variable) => {
    const type = btf.type(variable.type);
    // Of static variables clang wrote the offset; they may share a name with others.
    const global = type.kind === 'var' && type.linkage !== 'static';
    return {
      ...variable,
      offset: (global ? offsets.get(type.name) : undefined) ?? variable.offset,
    };
  });
  placed.sort((a, b) => a.offset - b.offset);

  const little = btf.endianness === 'little';
  view.setUint32(8, section.size, little);
  placed.forEach(({ type, offset, size }, index) => {
    const entry = TYPE_SIZE + index * ENTRY_SIZE;
    view.setUint32(entry, type, little);
    view.setUint32(entry + 4, offset, little);
    view.setUint32(entry + 8, size, little);
  });
}
