import { errno, errnoName, type MapSpec, mapFlags } from '@anybpf/bytecode';
import type { BpfMap, Program } from '../backend.ts';
import { ClosedError, MapOperationError, MapSizeError } from '../errors.ts';
import { requireBytes } from '../require-bytes.ts';
import { errnoDetail } from './errno-detail.ts';
import { BPF_ANY } from './map-flags.ts';
import { type MapStorage, type QueueStorage, userValueSize } from './map-storage.ts';

const storages = new WeakMap<BpfMap, MapStorage>();

/** The storage behind a handle that `createMapHandle` made; undefined for handles of other backends. */
export function storageOf(map: BpfMap): MapStorage | undefined {
  return storages.get(map);
}

export interface MapHandleOptions {
  /** Asked on every call: the object that the map belongs to may have been closed. */
  readonly isClosed: () => boolean;
  /** Whether a tail call could reach the program. Default: any. */
  readonly reaches?: (program: Program) => boolean;
}

/**
 * User space's view of a map, as the bpf(2) system call gives it. Beyond `BpfMap`:
 *
 * - `get` on a program array or a map of maps gives the 4-byte id of the program or map, on a queue or
 *   stack the value that `peek` gives; `set` on a queue, stack or bloom filter pushes (the key has 0
 *   bytes); `get` on an xskmap is EOPNOTSUPP, on ring buffers ENOTSUPP: as the kernel does it.
 * - `pop` and `peek` on a bloom filter are ENOTSUPP: the kernel's peek tests a value that it is given.
 * - `set` on a program array, a map of maps or a perf_event_array is EBADF: there are no file
 *   descriptors here, `setReference` takes the place.
 * - Iteration takes the keys that are there at its start (arrays: every index); entries deleted
 *   meanwhile are left out, entries added meanwhile are not visited.
 */
export function createMapHandle(storage: MapStorage, options: MapHandleOptions): BpfMap {
  const handle = new MapHandle(storage, options);
  storages.set(handle, storage);
  return handle;
}

class MapHandle implements BpfMap {
  readonly name: string;
  readonly spec: MapSpec;
  readonly cpus: number;
  readonly #storage: MapStorage;
  readonly #isClosed: () => boolean;
  readonly #reaches: (program: Program) => boolean;
  readonly #valueSize: number;

  constructor(storage: MapStorage, { isClosed, reaches = () => true }: MapHandleOptions) {
    this.name = storage.spec.name;
    this.spec = storage.spec;
    this.cpus = storage.cpus;
    this.#storage = storage;
    this.#isClosed = isClosed;
    this.#reaches = reaches;
    this.#valueSize = userValueSize(storage);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#mayRead('get');
    this.#checkSize('key', key);
    const value = new Uint8Array(this.#valueSize);
    const result = this.#storage.copyOut(key, value);
    if (result === -errno.ENOENT) return undefined;
    this.#check('get', result);
    return value;
  }

  set(key: Uint8Array, value: Uint8Array, flags: number = BPF_ANY): void {
    this.#mayWrite('set');
    this.#checkSize('key', key);
    this.#checkSize('value', value);
    this.#checkFlags('set', flags);
    this.#check('set', this.#storage.copyIn(key, value, flags));
  }

  setReference(key: Uint8Array, target: Program | BpfMap): void {
    this.#mayWrite('setReference');
    this.#checkSize('key', key);
    if (this.#storage.kind !== 'reference') this.#refuse('setReference', 'EINVAL');
    this.#check('setReference', this.#storage.setReference(key, this.#resolve(target), BPF_ANY));
  }

  delete(key: Uint8Array): boolean {
    this.#mayWrite('delete');
    this.#checkSize('key', key);
    const result = this.#storage.delete(key, 0);
    if (result === -errno.ENOENT) return false;
    this.#check('delete', result);
    return true;
  }

  *keys(): IterableIterator<Uint8Array> {
    this.#mayRead('keys');
    if (this.spec.keySize === 0) return;
    if (!this.#storage.enumeratesIndices) {
      yield* this.#snapshot();
      return;
    }
    for (let key = this.#next(null); key !== null; key = this.#next(key)) {
      yield key.slice();
      this.#mayRead('keys');
    }
  }

  *[Symbol.iterator](): IterableIterator<readonly [key: Uint8Array, value: Uint8Array]> {
    for (const key of this.keys()) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  push(value: Uint8Array, flags: number = BPF_ANY): void {
    this.#mayWrite('push');
    if (this.#storage.kind !== 'queue') this.#refuse('push', 'EINVAL');
    this.#checkSize('value', value);
    this.#checkFlags('push', flags);
    this.#check('push', this.#storage.push(value, 0, flags));
  }

  pop(): Uint8Array | undefined {
    this.#mayRead('pop');
    this.#mayWrite('pop');
    const value = new Uint8Array(this.#valueSize);
    return this.#found('pop', this.#queue('pop').pop(value, 0), value);
  }

  peek(): Uint8Array | undefined {
    this.#mayRead('peek');
    const value = new Uint8Array(this.#valueSize);
    return this.#found('peek', this.#queue('peek').peek(value, 0), value);
  }

  drain(): Uint8Array[] {
    this.#mayRead('drain');
    const storage = this.#storage;
    if (storage.kind !== 'ring-buffer' && storage.kind !== 'perf-events') {
      return this.#refuse('drain', 'EINVAL');
    }
    return storage.drain();
  }

  #resolve(target: Program | BpfMap): Program | MapStorage {
    if (target instanceof MapHandle) target.#open();
    const isProgram = 'run' in target;
    const resolved = isProgram
      ? this.#reaches(target)
        ? target
        : undefined
      : storages.get(target);
    if (resolved !== undefined) return resolved;
    throw new MapOperationError(
      this.name,
      'setReference',
      'EBADF',
      `${isProgram ? 'program' : 'map'} ${target.name} is closed or belongs to another backend`,
    );
  }

  #queue(operation: string): QueueStorage {
    const storage = this.#storage;
    if (storage.kind !== 'queue' || this.spec.type === 'bloom_filter') {
      return this.#refuse(operation, 'ENOTSUPP');
    }
    return storage;
  }

  #next(key: Uint8Array | null): Uint8Array | null {
    const next = new Uint8Array(this.spec.keySize);
    const result = this.#storage.nextKey(key, next);
    if (result === -errno.ENOENT) return null;
    this.#check('keys', result);
    return next;
  }

  #snapshot(): Uint8Array[] {
    const keys: Uint8Array[] = [];
    for (let key = this.#next(null); key !== null; key = this.#next(key)) keys.push(key);
    return keys;
  }

  #found(operation: string, result: number, value: Uint8Array): Uint8Array | undefined {
    if (result === -errno.ENOENT) return undefined;
    this.#check(operation, result);
    return value;
  }

  #open(): void {
    if (this.#isClosed()) throw new ClosedError(`map ${this.name}`);
  }

  #mayRead(operation: string): void {
    this.#open();
    if ((this.spec.flags & mapFlags.BPF_F_WRONLY) !== 0) this.#refuse(operation, 'EPERM');
  }

  #mayWrite(operation: string): void {
    this.#open();
    if ((this.spec.flags & mapFlags.BPF_F_RDONLY) !== 0 || this.#storage.frozen) {
      this.#refuse(operation, 'EPERM');
    }
  }

  #checkSize(what: 'key' | 'value', bytes: Uint8Array): void {
    requireBytes(bytes, what);
    const expected = what === 'key' ? this.spec.keySize : this.#valueSize;
    if (bytes.length !== expected) throw new MapSizeError(this.name, what, bytes.length, expected);
  }

  /** Fractions would be cut off on the way to the storage, and so taken for other flags. */
  #checkFlags(operation: string, flags: number): void {
    if (!Number.isSafeInteger(flags) || flags < 0) this.#refuse(operation, 'EINVAL');
  }

  #check(operation: string, result: number): void {
    if (result < 0) this.#refuse(operation, errnoName(result));
  }

  #refuse(operation: string, name: string): never {
    throw new MapOperationError(
      this.name,
      operation,
      name,
      errnoDetail(this.#storage, operation, name),
    );
  }
}
