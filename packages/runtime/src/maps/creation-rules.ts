import {
  type ErrnoName,
  linux,
  type MapFlagName,
  type MapSpec,
  type MapTypeName,
  mapFlags,
  type SizeRule,
} from '@anybpf/bytecode';
import { valuesFit } from './value-area.ts';

/** Why BPF_MAP_CREATE refuses a map. */
export interface Refusal {
  readonly errno: ErrnoName;
  readonly detail: string;
}

/** Largest allocation of the kernel's kmalloc on x86-64 (KMALLOC_MAX_SIZE). */
const KMALLOC_MAX = 4 * 1024 * 1024;
/** sizeof(struct htab_elem) of Linux 6.18. */
const HASH_ELEMENT = 48;
/** The longest prefix and sizeof(struct lpm_trie_node) of Linux 6.18. */
const LPM_NODE = 256 + 24;
const PAGE = 4096;
/** The largest ring of which twice the size stays below 2^31. */
const MAX_RING = 2 ** 29;
/** CONFIG_NR_CPUS: distributions build with up to 8192. */
const NR_CPUS = 8192;
/** The buckets, a power of two of 16 bytes each, must stay below 4 GiB (kernel/bpf/hashtab.c). */
const MAX_HASH_ENTRIES = 2 ** 27;
/** kernel/bpf/devmap.c */
const MAX_DEVMAP_HASH_ENTRIES = 2 ** 31;

const HASHES: ReadonlySet<MapTypeName> = new Set<MapTypeName>([
  'hash',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'hash_of_maps',
]);

/**
 * The checks of BPF_MAP_CREATE, from the platform's table of map types and what that cannot say: the
 * errno that the kernel gives, or null. Where the kernel runs out of memory depends on the machine;
 * here it is at 2 GiB of values.
 */
export function refusalOf(spec: MapSpec): Refusal | null {
  return sizeRefusal(spec) ?? flagRefusal(spec) ?? typeRefusal(spec) ?? memoryRefusal(spec);
}

function sizeRefusal(spec: MapSpec): Refusal | null {
  const row = linux.mapTypeByName(spec.type);
  if (row === undefined) return einval(`there is no map type ${spec.type}`);
  if (![spec.keySize, spec.valueSize, spec.maxEntries].every(isU32)) {
    return einval('sizes are unsigned 32-bit numbers');
  }
  if (!fits(row.key, spec.keySize)) return einval(`key_size must be ${describe(row.key)}`);
  if (!fits(row.value, spec.valueSize)) {
    const detail = `value_size must be ${describe(row.value)}`;
    const isTooLarge = row.value.oneOf === null && spec.valueSize > row.value.maximum;
    return isTooLarge && spec.type !== 'lpm_trie' ? { errno: 'E2BIG', detail } : einval(detail);
  }
  if (row.maxEntries === 'any' && spec.maxEntries === 0) return einval('max_entries must not be 0');
  if (row.maxEntries === 'power-of-2-pages' && !isPowerOfTwoPages(spec.maxEntries)) {
    return einval(`max_entries is a size in bytes: a power of two and a multiple of ${PAGE}`);
  }
  return null;
}

function flagRefusal(spec: MapSpec): Refusal | null {
  const { flags, type } = spec;
  const row = linux.mapTypeByName(type);
  if (
    (type === 'lru_hash' || type === 'lru_percpu_hash') &&
    (flags & mapFlags.BPF_F_NO_PREALLOC) !== 0
  ) {
    return { errno: 'ENOTSUPP', detail: 'LRU maps are always preallocated' };
  }
  const allowed = row?.flags ?? [];
  const required = row?.requiredFlags ?? [];
  if ((flags & ~maskOf(allowed)) !== 0) {
    return einval(`${type} takes no creation flags but ${allowed.join(', ')}`);
  }
  if ((maskOf(required) & ~flags) !== 0) return einval(`${type} needs ${required.join(', ')}`);
  if (hasBoth(flags, mapFlags.BPF_F_RDONLY, mapFlags.BPF_F_WRONLY)) {
    return einval('BPF_F_RDONLY and BPF_F_WRONLY exclude each other');
  }
  if (hasBoth(flags, mapFlags.BPF_F_RDONLY_PROG, mapFlags.BPF_F_WRONLY_PROG)) {
    return einval('BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other');
  }
  return null;
}

function typeRefusal(spec: MapSpec): Refusal | null {
  const { type, keySize, valueSize, maxEntries, mapExtra, inner } = spec;
  if (type === 'bloom_filter' ? mapExtra < 0n || mapExtra > 15n : mapExtra !== 0n) {
    return einval('map_extra is the number of hash functions (0 to 15) of a bloom filter');
  }
  if (HASHES.has(type) && keySize + valueSize >= KMALLOC_MAX - HASH_ELEMENT) {
    return { errno: 'E2BIG', detail: 'key and value together are over 4 MiB' };
  }
  if (HASHES.has(type) && maxEntries > MAX_HASH_ENTRIES) {
    return { errno: 'E2BIG', detail: 'max_entries is over 2^27' };
  }
  if (type === 'lpm_trie' && valueSize > KMALLOC_MAX - LPM_NODE) {
    return einval('value_size is over 4 MiB');
  }
  if (type === 'devmap_hash' && maxEntries > MAX_DEVMAP_HASH_ENTRIES) {
    return einval('max_entries is over 2^31');
  }
  if (type === 'cpumap' && maxEntries > NR_CPUS) {
    return { errno: 'E2BIG', detail: `there are at most ${NR_CPUS} CPUs` };
  }
  return linux.mapTypeByName(type)?.needsInnerMap === true ? innerRefusal(inner) : null;
}

function innerRefusal(inner: MapSpec | null): Refusal | null {
  if (inner === null) return einval('the definition names no inner map');
  const row = linux.mapTypeByName(inner.type);
  if (row?.needsInnerMap === true) return einval('maps of maps do not nest');
  return inner.type === 'prog_array'
    ? { errno: 'ENOTSUPP', detail: 'program arrays cannot be inner maps' }
    : null;
}

/** The kernel takes an array's or a preallocated map's memory at once, and so fails at once. */
function memoryRefusal(spec: MapSpec): Refusal | null {
  if (spec.type === 'ringbuf') {
    return spec.maxEntries > MAX_RING
      ? { errno: 'ENOMEM', detail: `rings have at most ${MAX_RING} bytes here` }
      : null;
  }
  if ((spec.flags & mapFlags.BPF_F_NO_PREALLOC) !== 0 || spec.type === 'bloom_filter') return null;
  return valuesFit(spec.valueSize, spec.maxEntries)
    ? null
    : { errno: 'ENOMEM', detail: 'the values together are over 2 GiB' };
}

function einval(detail: string): Refusal {
  return { errno: 'EINVAL', detail };
}

function fits(rule: SizeRule, size: number): boolean {
  if (rule.oneOf !== null) return rule.oneOf.includes(size);
  return size >= rule.minimum && size <= rule.maximum && size % rule.multipleOf === 0;
}

function describe(rule: SizeRule): string {
  return rule.oneOf?.join(' or ') ?? `${rule.minimum} to ${rule.maximum}`;
}

function isPowerOfTwoPages(size: number): boolean {
  return size >= PAGE && Number.isInteger(Math.log2(size));
}

function maskOf(names: readonly string[]): number {
  return names.reduce((mask, name) => mask | mapFlags[name as MapFlagName], 0);
}

function isU32(size: number): boolean {
  return Number.isInteger(size) && size >= 0 && size <= 0xffff_ffff;
}

function hasBoth(flags: number, one: number, other: number): boolean {
  return (flags & one) !== 0 && (flags & other) !== 0;
}
