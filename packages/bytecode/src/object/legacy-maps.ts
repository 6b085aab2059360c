import type { ElfFile, ElfSection } from '../elf/elf-file.ts';
import type { MapTypeName } from '../platform/linux/map-types.ts';
import type { Platform } from '../platform/platform.ts';
import { checkMapCount, type LocatedMap } from './located-map.ts';
import { mapSpec } from './map-spec.ts';
import { mapTypeOf } from './map-type.ts';
import type { MapSpec } from './spec.ts';

/** Bytes of the definition that all forms begin with: type, key, value, entries, flags. */
const BASE_SIZE = 20;
const BPF_F_NUMA_NODE = 4;

/**
 * A definition in a `maps` section, the form before BTF. Four forms are in use; only the size tells
 * them apart, and of 28 bytes there are two:
 *
 *     word  0..4                                   5              6          7         8
 *     20    type key value max_entries map_flags                                                bpf_map_def (libbpf)
 *     28    …                                      inner_map_idx  numa_node                     bpf_map_def (kernel samples)
 *     28    …                                      id             pinning                       bpf_elf_map (iproute2), Aya
 *     36    …                                      id             pinning    inner_id  inner_idx  bpf_elf_map (iproute2)
 */
interface Definition {
  readonly name: string;
  readonly section: ElfSection;
  readonly offset: number;
  readonly type: MapTypeName;
  readonly words: readonly number[];
}

/** Whether a section holds definitions of the form before BTF. */
function isLegacyMapSection(section: ElfSection): boolean {
  return section.name === 'maps' || section.name.startsWith('maps/');
}

/**
 * Reads the `maps` and `maps/…` sections: one map for each symbol, several per section.
 *
 * @throws ObjectFormatError
 */
export function readLegacyMaps(elf: ElfFile, platform: Platform): readonly LocatedMap[] {
  const definitions = elf.sections
    .filter((section) => isLegacyMapSection(section) && section.size > 0)
    .flatMap((section) => readSection(elf, section, platform));
  checkMapCount(definitions.length);
  return definitions.map((definition) => ({
    spec: specOf(definition, definitions),
    section: definition.section.index,
    offset: definition.offset,
  }));
}

function readSection(elf: ElfFile, section: ElfSection, platform: Platform): Definition[] {
  const reader = elf.reader(section);
  const symbols = elf
    .symbolsIn(section)
    .filter(({ type, name }) => (type === 'object' || type === 'none') && name !== '');
  return symbols.map(({ name, value, size }, index) => {
    const end = symbols[index + 1]?.value ?? section.size;
    const bytes = size === 0 ? end - value : size;
    if (bytes < BASE_SIZE || value + bytes > end) {
      throw reader.error(
        `map ${name}: a definition of ${bytes} bytes at ${value} (${BASE_SIZE} at least, up to ${end})`,
        Math.min(value, section.size),
      );
    }
    const words = Array.from({ length: Math.min(9, bytes >> 2) }, (_, i) =>
      reader.u32(value + 4 * i),
    );
    const number = words[0] ?? 0;
    const type = mapTypeOf(platform, number);
    if (type === null) throw reader.error(`map ${name}: unknown map type ${number}`, value);
    return { name, section, offset: value, type, words };
  });
}

function specOf(definition: Definition, all: readonly Definition[]): MapSpec {
  const [, keySize = 0, valueSize = 0, maxEntries = 0, flags = 0, fifth = 0, sixth = 0] =
    definition.words;
  const numbered = definition.words.length >= 7;
  const withNuma = numbered && (flags & BPF_F_NUMA_NODE) !== 0;
  const spec = mapSpec({
    name: definition.name,
    type: definition.type,
    keySize,
    valueSize,
    maxEntries,
    flags,
    numaNode: withNuma ? sixth : 0,
    pinning: numbered && !withNuma && sixth !== 0 ? 'by-name' : 'none',
  });
  if (definition.type !== 'array_of_maps' && definition.type !== 'hash_of_maps') return spec;

  if (definition.words.length < 9) {
    const inner = numbered ? all[fifth] : undefined;
    return { ...spec, inner: inner === undefined || inner === definition ? null : flat(inner) };
  }
  const innerId = definition.words[7] ?? 0;
  const inners = all.filter(({ words }) => innerId !== 0 && words[5] === innerId);
  const [template] = inners;
  return {
    ...spec,
    inner: template === undefined || template === definition ? null : flat(template),
    initialSlots: inners.flatMap(({ words, name }) => {
      const index = words[8] ?? 0;
      return index < maxEntries ? [{ index, symbol: name }] : [];
    }),
  };
}

/** The template of inner maps, itself without inner maps. */
function flat({ name, type, words }: Definition): MapSpec {
  const [, keySize = 0, valueSize = 0, maxEntries = 0, flags = 0] = words;
  return mapSpec({ name, type, keySize, valueSize, maxEntries, flags });
}
