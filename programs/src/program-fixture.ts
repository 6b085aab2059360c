import { readFileSync } from 'node:fs';
import { captureToBatch, type LoadedObject, type PacketBatch, readCapture } from '@anybpf/runtime';
import { type MapEntry, parseMapEntries } from './map-entry.ts';

/** A program of this package: its object and everything that a run of it needs. */
export interface ProgramFixture {
  /** Folder, e.g. `load-balancer`. */
  readonly name: string;
  /** One clause. */
  readonly description: string;
  /** Entry program of the object, e.g. `load_balancer`. */
  readonly program: string;
  /** The folder, with `<name>.bpf.c`, `<name>.bpf.o`, `packets.pcap`, `maps.json`, `README.md`. */
  readonly folder: URL;
  /** `<name>.bpf.o`: ELF for little-endian hosts, with BTF and line information, without DWARF. */
  object(): Uint8Array;
  /** `packets.pcap`: reaches every path of the program, given the map entries. */
  packets(): PacketBatch;
  /** `maps.json`, and what is computed: the rings of the load balancer. */
  mapEntries(): readonly MapEntry[];
  /**
   * Pushes the map entries.
   *
   * @throws MapSizeError and MapOperationError of the maps; ClosedError
   */
  prepare(loaded: LoadedObject): void;
}

export interface FixtureOptions {
  readonly name: string;
  readonly program: string;
  readonly description: string;
  /** Entries that are computed, pushed after those of `maps.json`. */
  readonly computed?: () => readonly MapEntry[];
}

/** A fixture over the folder of that name beside this package's `src` or `dist`. Nothing is read yet. */
export function createFixture(options: FixtureOptions): ProgramFixture {
  const { name, program, description, computed } = options;
  const folder = new URL(`../${name}/`, import.meta.url);
  const read = (file: string): Uint8Array => new Uint8Array(readFileSync(new URL(file, folder)));

  function mapEntries(): MapEntry[] {
    const entries = parseMapEntries(new TextDecoder().decode(read('maps.json')));
    return computed === undefined ? entries : [...entries, ...computed()];
  }

  return Object.freeze({
    name,
    description,
    program,
    folder,
    object: () => read(`${name}.bpf.o`),
    packets: () => captureToBatch(readCapture(read('packets.pcap'))),
    mapEntries,
    prepare(loaded: LoadedObject): void {
      for (const { map, key, value } of mapEntries()) {
        // An object loaded with a part of its programs may lack a map.
        loaded.maps.get(map)?.set(key, value);
      }
    },
  });
}
