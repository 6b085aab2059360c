import type { ElfFile, ElfSection } from '../elf/elf-file.ts';
import { ObjectFormatError } from '../errors.ts';
import type { MapSpec } from './spec.ts';

/** Maps that an object may define; a program can use 64 (MAX_USED_MAPS of the kernel). */
const MAX_MAPS = 1024;

/** @throws ObjectFormatError for more maps than are read */
export function checkMapCount(count: number): void {
  if (count > MAX_MAPS) {
    throw new ObjectFormatError(`${count} maps (at most ${MAX_MAPS} are read)`, 'maps');
  }
}

/** A map, and where its definition stands: relocations name maps by place. */
export interface LocatedMap {
  readonly spec: MapSpec;
  /** Section index. */
  readonly section: number;
  /** Byte offset of the definition in its section. */
  readonly offset: number;
}

/** Finds maps by section and offset. */
export class MapTable {
  readonly maps: readonly LocatedMap[];
  readonly #byPlace = new Map<string, MapSpec>();
  readonly #dataSections = new Map<number, MapSpec>();
  readonly #definitionSections = new Set<number>();

  /** @throws ObjectFormatError where two maps share a name, or there are too many */
  constructor(maps: readonly LocatedMap[], elf: ElfFile) {
    checkMapCount(maps.length);
    this.maps = maps;
    const names = new Set<string>();
    for (const { spec, section, offset } of maps) {
      const home = elf.sections[section] as ElfSection;
      if (names.has(spec.name)) {
        throw new ObjectFormatError(`a second map ${spec.name}`, home.name, home.offset + offset);
      }
      names.add(spec.name);
      if (spec.globals === null) {
        this.#byPlace.set(`${section}:${offset}`, spec);
        this.#definitionSections.add(section);
      } else {
        this.#dataSections.set(section, spec);
      }
    }
  }

  /** The map defined at exactly that place. */
  definedAt(section: number, offset: number): MapSpec | undefined {
    return this.#byPlace.get(`${section}:${offset}`);
  }

  /** The map made of a whole data section. */
  ofDataSection(section: number): MapSpec | undefined {
    return this.#dataSections.get(section);
  }

  definesMaps(section: number): boolean {
    return this.#definitionSections.has(section);
  }
}
