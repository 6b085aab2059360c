import { type Btf, parseBtf } from '../btf/btf.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import type { FunctionSpec } from './spec.ts';

/** Low 16 bits of a type's info word: of a FUNC its linkage, static is 0. */
const LINKAGE_MASK = 0xffff;

/**
 * Functions that are called and whose symbols are hidden (`__hidden`) count as static, so that the
 * kernel verifies them with what their callers pass (libbpf: mark_btf_static).
 *
 * @returns `btf` itself where there are none
 */
export function withHiddenFunctions(
  btf: Btf,
  elf: ElfFile,
  subprograms: readonly FunctionSpec[],
  base: number,
): Btf {
  const hidden = new Set(
    elf.symbols
      .filter((symbol) => symbol.hidden && symbol.type === 'function')
      .map((symbol) => `${elf.sections[symbol.section]?.name}:${symbol.value}`),
  );
  if (hidden.size === 0) return btf;
  const bytes = btf.bytes.slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = btf.endianness === 'little';
  for (const { section, sectionOffset, btfId } of subprograms) {
    if (btfId === null || !hidden.has(`${section}:${sectionOffset}`)) continue;
    if (btf.kind(btfId) !== 'func') continue;
    const info = btf.byteOffset(btfId) + 4;
    view.setUint32(info, (view.getUint32(info, little) & ~LINKAGE_MASK) >>> 0, little);
  }
  return parseBtf(bytes, { offset: base });
}
