import {
  type Btf,
  type Codec,
  type CodecOptions,
  describe,
  describeUntyped,
  UndescribableTypeError,
} from '@anybpf/bytecode';
import type { BpfMap } from '../backend.ts';
import { MapSizeError } from '../errors.ts';
import { isPerCpu } from './map-storage.ts';

/**
 * A map whose keys and values are JavaScript values; `Codec` says which. Values of per-CPU maps are
 * arrays with one element per CPU.
 *
 * Errors are those of `BpfMap`, and ValueError for a key or value that its type cannot hold.
 */
export interface TypedMap<K, V> extends Iterable<readonly [key: K, value: V]> {
  /** The map underneath, for bytes. */
  readonly map: BpfMap;
  /** undefined on a miss. `into` is filled again in place of a new value. */
  get(key: K, into?: V): V | undefined;
  set(key: K, value: V, flags?: number): void;
  /** @returns whether the key was there */
  delete(key: K): boolean;
  keys(): IterableIterator<K>;
  /** Queue and stack. */
  push(value: V, flags?: number): void;
  pop(): V | undefined;
  peek(): V | undefined;
  /** Ring buffer: every record submitted so far, in order. */
  drain(): V[];
}

export interface TypedMapOptions extends CodecOptions {
  /** Names of the BTF types of keys and values, where the map's definition does not say (ring buffers). */
  readonly key?: string;
  readonly value?: string;
}

/**
 * Gives a map the types that BTF has for it:
 *
 *     const rules = typedMap<Flow, Rule>(loaded.maps.get('rules'), spec.btf);
 *     rules.get({ source, destination, ports, protocol })?.packets
 *
 * Without a type, 4 bytes are an unsigned number, and any other size is a Uint8Array. Compilers leave a
 * record of a ring buffer out of BTF unless a variable or a parameter has its type.
 *
 * @typeParam V of per-CPU maps an array
 * @throws UndescribableTypeError where BTF has no such type, or no values of it
 * @throws MapSizeError where a type has another size than the map's keys or values
 */
export function typedMap<K = unknown, V = unknown>(
  map: BpfMap,
  btf: Btf | null,
  options: TypedMapOptions = {},
): TypedMap<K, V> {
  const { spec } = map;
  const codec = <T>(what: 'key' | 'value', id: number, size: number): Codec<T> => {
    const name = options[what];
    const found = typeNamed(btf, name) ?? id;
    if (found === 0 && what === 'value' && size === 0) return RECORDS as Codec<unknown> as Codec<T>;
    if (found === 0 || btf === null) return describeUntyped<T>(size, btf?.endianness ?? 'little');
    const described = describe<T>(btf, found, options);
    // Records of a ring buffer have sizes of their own.
    if (described.size !== size && !(what === 'value' && size === 0)) {
      throw new MapSizeError(map.name, what, described.size, size);
    }
    return described;
  };
  const key = codec<K>('key', spec.btfKeyTypeId, spec.keySize);
  const value = isPerCpu(spec)
    ? (perCpu(codec('value', spec.btfValueTypeId, spec.valueSize), map.cpus) as Codec<V>)
    : codec<V>('value', spec.btfValueTypeId, spec.valueSize);
  return new CodedMap(map, key, value);
}

function typeNamed(btf: Btf | null, name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  const id = btf
    ?.idsByName(name)
    .find((id) => ['struct', 'union', 'typedef', 'enum', 'enum64', 'int'].includes(btf.kind(id)));
  if (id === undefined) throw new UndescribableTypeError(0, `there is no type called "${name}"`);
  return id;
}

/** Records of a ring buffer of which nobody says the type: their bytes. */
const RECORDS: Codec<Uint8Array> = {
  size: 0,
  read: (view, offset) =>
    new Uint8Array(view.buffer.slice(view.byteOffset + offset, view.byteOffset + view.byteLength)),
  write: (value, view, offset) =>
    new Uint8Array(view.buffer, view.byteOffset + offset, value.length).set(value),
  encode: (value) => value.slice(),
  decode: (bytes) => bytes.slice(),
};

/** Slots of 8-byte multiples, one per CPU, as user space exchanges them. */
function perCpu(slot: Codec<unknown>, cpus: number): Codec<unknown[]> {
  const stride = Math.ceil(slot.size / 8) * 8;
  const codec: Codec<unknown[]> = {
    size: stride * cpus,
    read(view, offset, into = []) {
      into.length = cpus;
      for (let cpu = 0; cpu < cpus; cpu++) {
        into[cpu] = slot.read(view, offset + cpu * stride, into[cpu]);
      }
      return into;
    },
    write(values, view, offset) {
      for (let cpu = 0; cpu < cpus; cpu++) slot.write(values[cpu], view, offset + cpu * stride);
    },
    encode(values) {
      const bytes = new Uint8Array(codec.size);
      codec.write(values, new DataView(bytes.buffer), 0);
      return bytes;
    },
    decode: (bytes) =>
      codec.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0),
  };
  return codec;
}

class CodedMap<K, V> implements TypedMap<K, V> {
  readonly map: BpfMap;
  readonly #key: Codec<K>;
  readonly #value: Codec<V>;

  constructor(map: BpfMap, key: Codec<K>, value: Codec<V>) {
    this.map = map;
    this.#key = key;
    this.#value = value;
  }

  get(key: K, into?: V): V | undefined {
    const bytes = this.map.get(this.#key.encode(key));
    if (bytes === undefined) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#value.read(view, 0, into);
  }

  set(key: K, value: V, flags?: number): void {
    this.map.set(this.#key.encode(key), this.#value.encode(value), flags);
  }

  delete(key: K): boolean {
    return this.map.delete(this.#key.encode(key));
  }

  *keys(): IterableIterator<K> {
    for (const key of this.map.keys()) yield this.#key.decode(key);
  }

  *[Symbol.iterator](): IterableIterator<readonly [key: K, value: V]> {
    for (const [key, value] of this.map) yield [this.#key.decode(key), this.#value.decode(value)];
  }

  push(value: V, flags?: number): void {
    this.map.push(this.#value.encode(value), flags);
  }

  pop(): V | undefined {
    return this.#decoded(this.map.pop());
  }

  peek(): V | undefined {
    return this.#decoded(this.map.peek());
  }

  drain(): V[] {
    return this.map.drain().map((record) => this.#value.decode(record));
  }

  #decoded(bytes: Uint8Array | undefined): V | undefined {
    return bytes === undefined ? undefined : this.#value.decode(bytes);
  }
}
