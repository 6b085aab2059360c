import { errno, type MapSpec, mapFlags } from '@anybpf/bytecode';
import { type BaseStorage, isPerCpu, type ValueMemory } from './map-storage.ts';
import { NO_VALUES } from './value-area.ts';

/** What map types share: access rights, freezing, and the answers of a type that lacks an operation. */
export abstract class StorageBase implements BaseStorage {
  readonly spec: MapSpec;
  readonly cpus: number;
  readonly enumeratesIndices: boolean = false;
  readonly programsMayRead: boolean;
  readonly programsMayWrite: boolean;
  #frozen = false;

  constructor(spec: MapSpec, cpus: number) {
    this.spec = spec;
    this.cpus = isPerCpu(spec) ? cpus : 1;
    this.programsMayRead = (spec.flags & mapFlags.BPF_F_WRONLY_PROG) === 0;
    this.programsMayWrite =
      (spec.flags & mapFlags.BPF_F_RDONLY_PROG) === 0 && spec.globals?.readonly !== true;
  }

  get values(): ValueMemory {
    return NO_VALUES;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  freeze(): number {
    if (this.#frozen || (this.spec.flags & mapFlags.BPF_F_RDONLY) !== 0) return -errno.EPERM;
    this.#frozen = true;
    return 0;
  }

  lookup(_key: Uint8Array, _keyAt: number, _cpu: number): number {
    return -1;
  }

  update(
    _key: Uint8Array,
    _keyAt: number,
    _value: Uint8Array,
    _valueAt: number,
    _flags: number,
    _cpu: number,
  ): number {
    return -errno.ENOTSUPP;
  }

  delete(_key: Uint8Array, _keyAt: number): number {
    return -errno.ENOTSUPP;
  }

  nextKey(_key: Uint8Array | null, _next: Uint8Array): number {
    return -errno.ENOTSUPP;
  }

  copyOut(_key: Uint8Array, _out: Uint8Array): number {
    return -errno.ENOTSUPP;
  }

  copyIn(_key: Uint8Array, _value: Uint8Array, _flags: number): number {
    return -errno.ENOTSUPP;
  }
}
