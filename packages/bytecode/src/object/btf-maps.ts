import type { Btf } from '../btf/btf.ts';
import { skipModifiers } from '../btf/resolve.ts';
import type { BtfType } from '../btf/types.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { ObjectFormatError } from '../errors.ts';
import type { MapTypeName } from '../platform/linux/map-types.ts';
import type { Platform } from '../platform/platform.ts';
import type { BtfSection } from './btf-sections.ts';
import { checkMapCount, type LocatedMap } from './located-map.ts';
import { MapFields } from './map-fields.ts';
import { takeMapName } from './map-names.ts';
import { mapSpec } from './map-spec.ts';
import { mapTypeOf } from './map-type.ts';
import type { MapSpec } from './spec.ts';

const SECTION = '.maps';

/** A map of `.maps`, and where its `values` begin, bytes from the map; null without. */
export interface BtfMap extends LocatedMap {
  readonly valuesOffset: number | null;
}

/**
 * Reads the map definitions of `.maps` (libbpf's BTF-defined maps): variables of struct types whose
 * members say the map's attributes by their types.
 *
 *     int (*max_entries)[1024]      a number: the length of the array
 *     enum { x = 1 } map_extra      a 64-bit number: the enumerator
 *     struct key *key               a type, with its size
 *     struct inner *values[]        template of the inner maps
 *     void (*values[])(void)        programs of a program array
 *
 * @throws ObjectFormatError where libbpf would refuse the definition
 */
export function readBtfMaps(
  elf: ElfFile,
  btf: Btf | null,
  sections: ReadonlyMap<string, BtfSection>,
  platform: Platform,
): readonly BtfMap[] {
  const section = elf.section(SECTION);
  if (section === undefined || section.size === 0) return [];
  const variables = sections.get(SECTION)?.variables ?? [];
  if (btf === null || variables.length === 0) {
    throw new ObjectFormatError(
      'no BTF describes the maps: compile with -g',
      SECTION,
      section.offset,
    );
  }
  checkMapCount(variables.length);
  const maps = variables.flatMap(({ type: id, offset, size }) => {
    const variable = btf.type(id);
    const fail: Fail = (what) =>
      new ObjectFormatError(what, SECTION, section.offset + Math.min(offset, section.size));
    if (variable.kind !== 'var') throw fail(`a ${variable.kind} among the maps, not a variable`);
    if (variable.linkage === 'extern') return [];
    if (offset + size > section.size) {
      throw fail(`map ${variable.name} of ${size} bytes at ${offset} ends after the section`);
    }
    const { spec, valuesOffset } = readVariable({ btf, platform, fail }, variable);
    const isStatic = variable.linkage === 'static';
    return [{ spec, section: section.index, offset, valuesOffset, isStatic }];
  });
  // Objects that were linked statically may hold several static maps of one name.
  const taken = new Set(maps.flatMap(({ isStatic, spec }) => (isStatic ? [] : [spec.name])));
  return maps.map(({ isStatic, spec, ...map }) => ({
    ...map,
    spec: isStatic ? { ...spec, name: takeMapName(spec.name, taken) } : spec,
  }));
}

/**
 * What an extern map must be where another object defines it.
 *
 * @param id of its VAR
 * @throws ObjectFormatError where the definition is none
 */
export function readExternMap(btf: Btf, id: number, platform: Platform): MapSpec | null {
  const variable = btf.type(id);
  if (variable.kind !== 'var') return null;
  const fail: Fail = (what) => new ObjectFormatError(what, SECTION);
  return readVariable({ btf, platform, fail }, variable).spec;
}

type Fail = (what: string) => ObjectFormatError;

interface Place {
  readonly btf: Btf;
  readonly platform: Platform;
  readonly fail: Fail;
}

function readVariable(place: Place, variable: BtfType & { kind: 'var' }): Definition {
  const { type } = skipModifiers(place.btf, variable.type);
  return readDefinition(place, variable.name, type, true);
}

interface Definition {
  readonly spec: MapSpec;
  readonly valuesOffset: number | null;
}

function readDefinition(place: Place, name: string, type: BtfType, outer: boolean): Definition {
  const { btf, platform } = place;
  const fail: Fail = (what) => place.fail(`map ${name}: ${what}`);
  if (type.kind !== 'struct') throw fail(`defined by a ${type.kind}, not by a struct`);
  const fields = new MapFields(btf, type.members, fail);

  const typeNumber = fields.number('type');
  const mapType = mapTypeOf(platform, typeNumber);
  if (mapType === null) throw fail(`unknown map type ${typeNumber}`);
  const key = fields.typed('key');
  const value = fields.typed('value');
  const pinning = fields.number('pinning');
  if (pinning > 1 || (pinning === 1 && !outer)) throw fail(`pinning ${pinning} is not possible`);
  const values = fields.values();
  if (values !== null) {
    const wanted = VALUES_OF[mapType];
    if (wanted === undefined) throw fail(`"values" in a map of type ${mapType}`);
    if (!outer) throw fail('an inner map cannot hold maps');
    if (values.element.kind !== wanted) {
      throw fail(`"values" points to a ${values.element.kind}, not to a ${wanted}`);
    }
  }
  const inner =
    values?.element.kind === 'struct'
      ? readDefinition(place, `${name}.inner`, values.element, false).spec
      : null;
  return {
    spec: mapSpec({
      name,
      type: mapType,
      keySize: key.size,
      // Handles of programs and maps have 4 bytes, whether the definition says so or not.
      valueSize: values === null ? value.size : HANDLE_SIZE,
      maxEntries: fields.number('max_entries'),
      flags: fields.number('map_flags'),
      mapExtra: fields.long('map_extra'),
      numaNode: fields.number('numa_node'),
      pinning: pinning === 1 ? 'by-name' : 'none',
      btfKeyTypeId: key.typeId,
      btfValueTypeId: value.typeId,
      inner,
    }),
    valuesOffset: values?.offset ?? null,
  };
}

const HANDLE_SIZE = 4;

/** What `values` may point to. */
const VALUES_OF: Partial<Record<MapTypeName, BtfType['kind']>> = {
  array_of_maps: 'struct',
  hash_of_maps: 'struct',
  prog_array: 'func-proto',
};
