import type { MapSpec, MapTypeName } from '@anybpf/bytecode';
import {
  type BpfMap,
  MapOperationError,
  MapSizeError,
  type Program,
  requireBytes,
  UnsupportedFeatureError,
} from '@anybpf/runtime';
import type { Descriptor } from '../descriptor.ts';
import { ENOTSUPP, ERRNO } from '../errno.ts';
import { LinuxProgram } from '../run/linux-program.ts';
import { entries, keys } from './cursor.ts';
import { type MapAccess, mapError } from './map-access.ts';
import { RingBufferReader } from './ring-buffer.ts';

/** Values that are set by file descriptor: bytes from the caller could name any open file. */
const REFERENCES: ReadonlySet<string> = new Set([
  'map',
  'program',
  'socket',
  'perf-event',
  'cgroup',
]);

/**
 * A kernel map behind its file descriptor. Operations are single calls of libbpf on buffers that
 * belong to the handle, so that no length depends on the caller's arrays.
 */
export class LinuxMap implements BpfMap {
  readonly name: string;
  readonly spec: MapSpec;
  readonly cpus: number;
  readonly #access: MapAccess;
  /** null for maps without keys: the kernel wants a null pointer there. */
  readonly #key: Uint8Array | null;
  readonly #value: Uint8Array;
  #ring: RingBufferReader | null = null;

  constructor(access: MapAccess) {
    this.#access = access;
    this.name = access.spec.name;
    this.spec = access.spec;
    this.cpus = access.cpus;
    this.#key = access.keySize === 0 ? null : new Uint8Array(new ArrayBuffer(access.keySize));
    this.#value = new Uint8Array(new ArrayBuffer(Math.max(1, access.valueSize)));
  }

  /** For references to this map from others. */
  get descriptor(): Descriptor {
    return this.#access.descriptor;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.descriptor.requireOpen();
    this.#takeKey(key);
    const { libbpf, descriptor, keySize, valueSize } = this.#access;
    const result = libbpf.mapLookup(descriptor.fd, this.#key, keySize, this.#value, valueSize);
    return this.#valueOf('get', result);
  }

  set(key: Uint8Array, value: Uint8Array, flags = 0): void {
    this.descriptor.requireOpen();
    this.#takeKey(key);
    this.#takeValue(value);
    if (REFERENCES.has(this.#access.row.values)) throw this.#refuse('set', ERRNO.EBADF);
    this.#update('set', flags);
  }

  setReference(key: Uint8Array, target: Program | BpfMap): void {
    this.descriptor.requireOpen();
    this.#takeKey(key);
    const descriptor = this.#referenced(target);
    new DataView(this.#value.buffer).setInt32(0, descriptor.fd, true);
    this.#update('setReference', 0);
  }

  delete(key: Uint8Array): boolean {
    this.descriptor.requireOpen();
    this.#takeKey(key);
    const { libbpf, descriptor, keySize } = this.#access;
    if (this.#key === null) throw this.#refuse('delete', ERRNO.EOPNOTSUPP);
    const result = libbpf.mapDelete(descriptor.fd, this.#key, keySize);
    if (result === -ERRNO.ENOENT) return false;
    if (result < 0) throw this.#refuse('delete', -result);
    return true;
  }

  keys(): IterableIterator<Uint8Array> {
    return keys(this.#access);
  }

  [Symbol.iterator](): Iterator<readonly [key: Uint8Array, value: Uint8Array]> {
    return entries(this.#access);
  }

  push(value: Uint8Array, flags = 0): void {
    this.descriptor.requireOpen();
    const { type } = this.spec;
    if (!isQueue(type) && type !== 'bloom_filter') throw this.#refuse('push', ERRNO.EINVAL);
    this.#takeValue(value);
    this.#update('push', flags);
  }

  pop(): Uint8Array | undefined {
    this.descriptor.requireOpen();
    if (!isQueue(this.spec.type)) throw this.#refuse('pop', ENOTSUPP);
    const { libbpf, descriptor, valueSize } = this.#access;
    const result = libbpf.mapLookupAndDelete(descriptor.fd, null, 0, this.#value, valueSize);
    return this.#valueOf('pop', result);
  }

  peek(): Uint8Array | undefined {
    this.descriptor.requireOpen();
    if (!isQueue(this.spec.type)) throw this.#refuse('peek', ENOTSUPP);
    const { libbpf, descriptor, valueSize } = this.#access;
    const result = libbpf.mapLookup(descriptor.fd, null, 0, this.#value, valueSize);
    return this.#valueOf('peek', result);
  }

  drain(): Uint8Array[] {
    this.descriptor.requireOpen();
    if (this.spec.type === 'perf_event_array') {
      throw new UnsupportedFeatureError(`reading perf events (map ${this.name})`, 'linux');
    }
    if (this.spec.type !== 'ringbuf') throw this.#refuse('drain', ERRNO.EINVAL);
    // The pages are mapped, and unmapped, with the descriptor.
    this.#ring ??= new RingBufferReader(this.#access);
    return this.#ring.drain();
  }

  /** Gives back the ring's pages; the descriptor belongs to the object. */
  release(): void {
    this.#ring?.close();
    this.#ring = null;
  }

  #update(operation: string, flags: number): void {
    if (!Number.isSafeInteger(flags) || flags < 0) throw this.#refuse(operation, ERRNO.EINVAL);
    const { libbpf, descriptor, keySize, valueSize } = this.#access;
    const result = libbpf.mapUpdate(
      descriptor.fd,
      this.#key,
      keySize,
      this.#value,
      valueSize,
      flags,
    );
    if (result < 0) throw this.#refuse(operation, -result);
  }

  #valueOf(operation: string, result: number): Uint8Array | undefined {
    if (result === -ERRNO.ENOENT) return undefined;
    if (result < 0) throw this.#refuse(operation, -result);
    return this.#value.slice(0, this.#access.valueSize);
  }

  #takeKey(key: Uint8Array): void {
    requireBytes(key, 'key');
    const { keySize } = this.#access;
    if (key.byteLength !== keySize) {
      throw new MapSizeError(this.name, 'key', key.byteLength, keySize);
    }
    this.#key?.set(key);
  }

  #takeValue(value: Uint8Array): void {
    requireBytes(value, 'value');
    const { valueSize } = this.#access;
    if (value.byteLength !== valueSize) {
      throw new MapSizeError(this.name, 'value', value.byteLength, valueSize);
    }
    this.#value.set(value);
  }

  #referenced(target: Program | BpfMap): Descriptor {
    const { values } = this.#access.row;
    if (values === 'program' && target instanceof LinuxProgram) return target.descriptor;
    if (values === 'map' && target instanceof LinuxMap) return target.descriptor;
    throw new MapOperationError(
      this.name,
      'setReference',
      'EINVAL',
      `a map of type ${this.spec.type} takes ${
        values === 'program' || values === 'map'
          ? `a ${values} of the linux backend`
          : 'no reference'
      }`,
    );
  }

  #refuse(operation: string, errno: number): MapOperationError {
    return mapError(this.#access, operation, -errno);
  }
}

function isQueue(type: MapTypeName): boolean {
  return type === 'queue' || type === 'stack';
}
