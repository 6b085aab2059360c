import { MapOperationError } from '@anybpf/runtime';
import { ENOTSUPP, ERRNO } from '../errno.ts';
import { type MapAccess, mapError } from './map-access.ts';

/** Entries that a batch asks for at first, and the bytes it may take. */
const BATCH_ENTRIES = 1024;
const BATCH_BYTES = 1 << 20;

/**
 * Map types whose batch cursor is a bucket or an index: entries that come or go during the walk
 * neither end it nor make it start again.
 */
const STEADY_BATCH: ReadonlySet<string> = new Set([
  'hash',
  'lru_hash',
  'percpu_hash',
  'lru_percpu_hash',
  'array',
  'percpu_array',
  'hash_of_maps',
]);

type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** Every entry once, in the map's own order, with as few calls as the map type allows. */
export function* entries(access: MapAccess): Generator<Entry, undefined> {
  access.descriptor.requireOpen();
  if (access.row.keyless) return;
  if (STEADY_BATCH.has(access.spec.type)) {
    yield* batchEntries(access);
    return;
  }
  for (const key of steppedKeys(access)) {
    const value = new Uint8Array(access.valueSize);
    const { libbpf, descriptor, keySize, valueSize } = access;
    const result = libbpf.mapLookup(descriptor.fd, key, keySize, value, valueSize);
    // Gone since, or an empty slot of an array of references.
    if (result === -ERRNO.ENOENT) continue;
    if (result < 0) throw mapError(access, 'get', result);
    yield [key, value];
  }
}

/** Every key once; see `entries`. */
export function* keys(access: MapAccess): Generator<Uint8Array, undefined> {
  access.descriptor.requireOpen();
  if (access.row.keyless) return;
  if (access.row.indexed) {
    yield* indices(access);
  } else if (STEADY_BATCH.has(access.spec.type)) {
    for (const [key] of batchEntries(access)) yield key;
  } else {
    yield* steppedKeys(access);
  }
}

function* indices({ maxEntries, descriptor }: MapAccess): Generator<Uint8Array, undefined> {
  for (let index = 0; index < maxEntries; index++) {
    descriptor.requireOpen();
    yield new Uint8Array(Uint32Array.of(index).buffer);
  }
}

function* batchEntries(access: MapAccess): Generator<Entry, undefined> {
  const { libbpf, descriptor, maxEntries, keySize, valueSize } = access;
  const cursorSize = Math.max(4, keySize);
  const cursor = new Uint8Array(new ArrayBuffer(cursorSize));
  const next = new Uint8Array(new ArrayBuffer(cursorSize));
  let room = Math.min(
    maxEntries,
    BATCH_ENTRIES,
    Math.max(1, Math.floor(BATCH_BYTES / (keySize + valueSize))),
  );
  let started = false;
  for (let end = false; !end; ) {
    const batchKeys = new Uint8Array(room * keySize);
    const values = new Uint8Array(room * valueSize);
    const count = Uint32Array.of(room);
    const result = libbpf.mapLookupBatch(
      descriptor.fd,
      started ? cursor : null,
      next,
      cursorSize,
      batchKeys,
      keySize,
      values,
      valueSize,
      count,
    );
    if (result === -ERRNO.ENOSPC && room < maxEntries) {
      // A bucket that holds more than there is room for.
      room = Math.min(maxEntries, room * 2);
      continue;
    }
    if (result === -ERRNO.EINTR || result === -ERRNO.EAGAIN) continue;
    end = result === -ERRNO.ENOENT;
    if (result < 0 && !end) throw mapError(access, 'keys', result);
    started = true;
    cursor.set(next);
    for (let i = 0; i < Math.min(count[0] ?? 0, room); i++) {
      descriptor.requireOpen();
      yield [
        batchKeys.slice(i * keySize, (i + 1) * keySize),
        values.slice(i * valueSize, (i + 1) * valueSize),
      ];
    }
  }
}

/**
 * Key after key. When the key it stands on is deleted meanwhile the kernel starts over from the
 * first: keys seen before are then passed over, and a map that never comes to rest is given up.
 */
function* steppedKeys(access: MapAccess): Generator<Uint8Array, undefined> {
  const { libbpf, descriptor, spec, maxEntries, keySize } = access;
  const seen = new Set<string>();
  const maxSteps = 4 * maxEntries + 64;
  let key: Uint8Array | null = null;
  for (let step = 0; step < maxSteps; step++) {
    const next: Uint8Array = new Uint8Array(keySize);
    const result = libbpf.mapNextKey(descriptor.fd, key, next, keySize);
    if (result === -ERRNO.ENOENT) return;
    if (result === -ERRNO.EOPNOTSUPP || result === -ENOTSUPP) return;
    if (result < 0) throw mapError(access, 'keys', result);
    key = next;
    const name = String.fromCharCode(...next);
    if (seen.has(name)) continue;
    seen.add(name);
    yield next.slice();
  }
  throw new MapOperationError(
    spec.name,
    'keys',
    'EAGAIN',
    'keys come and go faster than they can be read',
  );
}
