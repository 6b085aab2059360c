import type { MapSpec, MapTypeName } from '@anybpf/bytecode';
import { MapOperationError, UnsupportedFeatureError } from '../errors.ts';
import { ArrayStorage } from './array-storage.ts';
import { BloomStorage } from './bloom-storage.ts';
import { COMMON_RULES, TYPE_RULES } from './creation-rules.ts';
import { HashStorage } from './hash-storage.ts';
import { jenkinsHash } from './jenkins-hash.ts';
import type { KeyHash } from './key-table.ts';
import { LpmStorage } from './lpm-storage.ts';
import { LruStorage } from './lru-storage.ts';
import { MapFlag } from './map-flags.ts';
import type { MapStorage } from './map-storage.ts';
import { PerfEventArray } from './perf-event-storage.ts';
import { FifoLifoStorage } from './queue-storage.ts';
import { RedirectTable } from './redirect-storage.ts';
import { ReferenceArray, ReferenceHash } from './reference-storage.ts';
import { BpfRingBuffer } from './ring-buffer-storage.ts';

export interface MapStorageOptions {
  /** Possible CPUs: slots of per-CPU maps, targets of a cpumap. At least 1. */
  readonly cpus: number;
  /** Byte offset of the bpf_spin_lock in the value, as BTF tells; BPF_F_LOCK is refused without one. */
  readonly spinLockOffset?: number;
  /**
   * Seed of hash functions, a u32; default 0, so that runs repeat. BPF_F_ZERO_SEED makes it 0. Give
   * a random one where keys come from somebody who might want to make them collide.
   */
  readonly hashSeed?: number;
}

/** Map types that this runtime has. */
export const RUNTIME_MAP_TYPES: ReadonlySet<MapTypeName> = new Set(TYPE_RULES.keys());

/**
 * Creates a map: empty, or holding the data of its global variables (and frozen where those are
 * read-only). Memory comes as it is used.
 *
 * @throws UnsupportedFeatureError for map types that the runtime lacks
 * @throws MapOperationError (operation `create`) with the errno that BPF_MAP_CREATE gives
 */
export function createMapStorage(spec: MapSpec, options: MapStorageOptions): MapStorage {
  checkCreation(spec);
  if (spec.inner !== null) checkCreation(spec.inner);
  const storage = create(spec, options);
  if (spec.globals?.readonly === true) storage.freeze();
  return storage;
}

function create(spec: MapSpec, options: MapStorageOptions): MapStorage {
  const { cpus, spinLockOffset = -1 } = options;
  const seed = (spec.flags & MapFlag.ZERO_SEED) !== 0 ? 0 : (options.hashSeed ?? 0);
  const hash: KeyHash = (bytes, at, size) => jenkinsHash(bytes, at, size, seed);
  switch (spec.type) {
    case 'array':
    case 'percpu_array':
      return new ArrayStorage(spec, cpus, spinLockOffset);
    case 'hash':
    case 'percpu_hash':
      return new HashStorage(spec, cpus, spinLockOffset, hash);
    case 'lru_hash':
    case 'lru_percpu_hash':
      return new LruStorage(spec, cpus, hash);
    case 'lpm_trie':
      return new LpmStorage(spec, cpus);
    case 'queue':
    case 'stack':
      return new FifoLifoStorage(spec, cpus);
    case 'bloom_filter':
      return new BloomStorage(spec, cpus, seed);
    case 'prog_array':
    case 'array_of_maps':
      return new ReferenceArray(spec, cpus);
    case 'hash_of_maps':
      return new ReferenceHash(spec, cpus, hash);
    case 'perf_event_array':
      return new PerfEventArray(spec, cpus);
    case 'ringbuf':
      return new BpfRingBuffer(spec, cpus);
    case 'devmap':
    case 'devmap_hash':
    case 'cpumap':
    case 'xskmap':
      return new RedirectTable(spec, cpus);
    default:
      throw unsupported(spec);
  }
}

function checkCreation(spec: MapSpec): void {
  const rules = TYPE_RULES.get(spec.type);
  if (rules === undefined) throw unsupported(spec);
  for (const { broken, errno, detail } of [...COMMON_RULES, ...rules]) {
    if (broken(spec)) throw new MapOperationError(spec.name, 'create', errno, detail);
  }
}

function unsupported(spec: MapSpec): UnsupportedFeatureError {
  return new UnsupportedFeatureError(`map type ${spec.type} (map ${spec.name})`, 'this runtime');
}
