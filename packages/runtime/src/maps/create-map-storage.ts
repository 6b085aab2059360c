import { type MapSpec, type MapTypeName, mapFlags } from '@anybpf/bytecode';
import { MapOperationError, UnsupportedFeatureError } from '../errors.ts';
import { ArrayStorage } from './array-storage.ts';
import { BloomStorage } from './bloom-storage.ts';
import { refusalOf } from './creation-rules.ts';
import { HashStorage } from './hash-storage.ts';
import { LpmStorage } from './lpm-storage.ts';
import { LruStorage } from './lru-storage.ts';
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

type Constructor = (spec: MapSpec, options: Required<MapStorageOptions>) => MapStorage;

const CONSTRUCTORS: ReadonlyMap<MapTypeName, Constructor> = new Map<MapTypeName, Constructor>([
  ['array', array],
  ['percpu_array', array],
  ['hash', hash],
  ['percpu_hash', hash],
  ['lru_hash', lru],
  ['lru_percpu_hash', lru],
  ['lpm_trie', (spec, { cpus }) => new LpmStorage(spec, cpus)],
  ['queue', (spec, { cpus }) => new FifoLifoStorage(spec, cpus)],
  ['stack', (spec, { cpus }) => new FifoLifoStorage(spec, cpus)],
  ['bloom_filter', (spec, { cpus, hashSeed }) => new BloomStorage(spec, cpus, hashSeed)],
  ['prog_array', (spec, { cpus }) => new ReferenceArray(spec, cpus)],
  ['array_of_maps', (spec, { cpus }) => new ReferenceArray(spec, cpus)],
  ['hash_of_maps', hashOfMaps],
  ['perf_event_array', (spec, { cpus }) => new PerfEventArray(spec, cpus)],
  ['ringbuf', (spec, { cpus }) => new BpfRingBuffer(spec, cpus)],
  ['devmap', redirect],
  ['devmap_hash', redirect],
  ['cpumap', redirect],
  ['xskmap', redirect],
]);

/** Map types that this runtime has. */
export const RUNTIME_MAP_TYPES: ReadonlySet<MapTypeName> = new Set(CONSTRUCTORS.keys());

/**
 * Creates a map: empty, or holding the data of its global variables (and frozen where those are
 * read-only). Memory comes as it is used.
 *
 * @throws UnsupportedFeatureError for map types that the runtime lacks
 * @throws MapOperationError (operation `create`) with the errno that BPF_MAP_CREATE gives
 */
export function createMapStorage(spec: MapSpec, options: MapStorageOptions): MapStorage {
  const construct = constructorOf(spec);
  if (spec.inner !== null) constructorOf(spec.inner);
  const { cpus, spinLockOffset = -1, hashSeed = 0 } = options;
  const seed = (spec.flags & mapFlags.BPF_F_ZERO_SEED) === 0 ? hashSeed : 0;
  const storage = construct(spec, { cpus, spinLockOffset, hashSeed: seed });
  if (spec.globals?.readonly === true) storage.freeze();
  return storage;
}

/** Says no before any memory is taken, to a map and to the template of inner maps alike. */
function constructorOf(spec: MapSpec): Constructor {
  const construct = CONSTRUCTORS.get(spec.type);
  if (construct === undefined) {
    throw new UnsupportedFeatureError(`map type ${spec.type} (map ${spec.name})`, 'this runtime');
  }
  const refusal = refusalOf(spec);
  if (refusal !== null) {
    throw new MapOperationError(spec.name, 'create', refusal.errno, refusal.detail);
  }
  return construct;
}

function array(spec: MapSpec, { cpus, spinLockOffset }: Required<MapStorageOptions>): MapStorage {
  return new ArrayStorage(spec, cpus, spinLockOffset);
}

function hash(spec: MapSpec, options: Required<MapStorageOptions>): MapStorage {
  return new HashStorage(spec, options.cpus, options.spinLockOffset, options.hashSeed);
}

function lru(spec: MapSpec, { cpus, hashSeed }: Required<MapStorageOptions>): MapStorage {
  return new LruStorage(spec, cpus, hashSeed);
}

function hashOfMaps(spec: MapSpec, { cpus, hashSeed }: Required<MapStorageOptions>): MapStorage {
  return new ReferenceHash(spec, cpus, hashSeed);
}

function redirect(spec: MapSpec, { cpus }: Required<MapStorageOptions>): MapStorage {
  return new RedirectTable(spec, cpus);
}
