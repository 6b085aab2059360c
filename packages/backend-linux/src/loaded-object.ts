import type { BpfMap, LoadedObject, Program } from '@anybpf/runtime';
import type { Descriptors } from './descriptor.ts';
import type { LinuxMap } from './maps/linux-map.ts';
import type { LinuxProgram } from './run/linux-program.ts';

/** Owner of everything that one load opened. */
export class LinuxObject implements LoadedObject {
  readonly programs: ReadonlyMap<string, Program>;
  readonly maps: ReadonlyMap<string, BpfMap>;
  readonly #open: Descriptors;
  readonly #linuxMaps: readonly LinuxMap[];

  constructor(
    open: Descriptors,
    programs: ReadonlyMap<string, LinuxProgram>,
    maps: ReadonlyMap<string, LinuxMap>,
  ) {
    this.#open = open;
    this.#linuxMaps = [...maps.values()];
    this.programs = programs;
    this.maps = maps;
  }

  async close(): Promise<void> {
    for (const map of this.#linuxMaps) map.release();
    this.#open.closeAll();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
