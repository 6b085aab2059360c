import type { MapSpec, MapTypeName } from '@anybpf/bytecode';
import type { ErrnoName } from './errno.ts';
import { ACCESS_FLAGS, MapFlag } from './map-flags.ts';
import { isPerCpu } from './map-storage.ts';
import { valuesFit } from './value-area.ts';

/** One reason for which BPF_MAP_CREATE is refused. */
export interface CreationRule {
  readonly errno: ErrnoName;
  readonly detail: string;
  readonly broken: (spec: MapSpec) => boolean;
}

/** Largest allocation of the kernel's kmalloc on x86-64 (KMALLOC_MAX_SIZE). */
const KMALLOC_MAX = 4 * 1024 * 1024;
/** sizeof(struct htab_elem) of Linux 6.18. */
const HASH_ELEMENT = 48;
/** sizeof(struct lpm_trie_node) of Linux 6.18. */
const LPM_NODE = 24;
/** PCPU_MIN_UNIT_SIZE. */
const PER_CPU_UNIT = 32 * 1024;
const PAGE = 4096;
/** The largest ring of which twice the size stays below 2^31. */
const MAX_RING = 2 ** 29;
/** LPM_KEY_SIZE_MIN and MAX: a u32 prefix length and 1 to 256 bytes. */
const LPM_KEY = { min: 5, max: 260 } as const;
/** CONFIG_NR_CPUS: distributions build with up to 8192. */
const NR_CPUS = 8192;
const INT_MAX = 0x7fff_ffff;
const MAX_HASH_ENTRIES = 2 ** 31;

function rule(errno: ErrnoName, broken: (spec: MapSpec) => boolean, detail: string): CreationRule {
  return { errno, broken, detail };
}

function allowFlags(mask: number): CreationRule {
  return rule(
    'EINVAL',
    (spec) => (spec.flags & ~mask) !== 0,
    'a creation flag is not allowed for this map type',
  );
}

const keySizeIs = (size: number): CreationRule =>
  rule('EINVAL', (spec) => spec.keySize !== size, `key_size must be ${size}`);

const valueSizeIs = (...sizes: number[]): CreationRule =>
  rule(
    'EINVAL',
    (spec) => !sizes.includes(spec.valueSize),
    `value_size must be ${sizes.join(' or ')}`,
  );

const hasEntries = rule('EINVAL', (spec) => spec.maxEntries === 0, 'max_entries must not be 0');
const hasKey = rule('EINVAL', (spec) => spec.keySize === 0, 'key_size must not be 0');
const hasValue = rule('EINVAL', (spec) => spec.valueSize === 0, 'value_size must not be 0');

const perCpuValueFits = rule(
  'E2BIG',
  (spec) => isPerCpu(spec) && Math.ceil(spec.valueSize / 8) * 8 > PER_CPU_UNIT,
  `values of per-CPU maps have at most ${PER_CPU_UNIT} bytes`,
);

const isPreallocated = (spec: MapSpec): boolean => (spec.flags & MapFlag.NO_PREALLOC) === 0;

/** The kernel asks for an array's or a preallocated map's memory at once, and so fails at once. */
const memoryFits = rule(
  'ENOMEM',
  (spec) => isPreallocated(spec) && !valuesFit(spec.valueSize, spec.maxEntries),
  'the values together are over 2 GiB',
);

/** Of every type (map_create in kernel/bpf/syscall.c). */
export const COMMON_RULES: readonly CreationRule[] = [
  rule(
    'EINVAL',
    (spec) => ![spec.keySize, spec.valueSize, spec.maxEntries].every(isU32),
    'sizes are unsigned 32-bit numbers',
  ),
  rule(
    'EINVAL',
    (spec) => spec.type !== 'bloom_filter' && spec.mapExtra !== 0n,
    'map_extra is only for bloom filters',
  ),
  rule(
    'EINVAL',
    (spec) => hasBoth(spec.flags, MapFlag.RDONLY, MapFlag.WRONLY),
    'BPF_F_RDONLY and BPF_F_WRONLY exclude each other',
  ),
  rule(
    'EINVAL',
    (spec) => hasBoth(spec.flags, MapFlag.RDONLY_PROG, MapFlag.WRONLY_PROG),
    'BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other',
  ),
];

/** kernel/bpf/arraymap.c */
const ARRAY: readonly CreationRule[] = [
  hasEntries,
  keySizeIs(4),
  hasValue,
  allowFlags(
    MapFlag.NUMA_NODE |
      MapFlag.MMAPABLE |
      ACCESS_FLAGS |
      MapFlag.PRESERVE_ELEMS |
      MapFlag.INNER_MAP,
  ),
  rule(
    'EINVAL',
    (spec) => spec.type !== 'array' && (spec.flags & (MapFlag.MMAPABLE | MapFlag.INNER_MAP)) !== 0,
    'BPF_F_MMAPABLE and BPF_F_INNER_MAP are only for arrays',
  ),
  rule(
    'EINVAL',
    (spec) => spec.type !== 'perf_event_array' && (spec.flags & MapFlag.PRESERVE_ELEMS) !== 0,
    'BPF_F_PRESERVE_ELEMS is only for perf_event_array',
  ),
  rule('E2BIG', (spec) => spec.valueSize > INT_MAX, 'value_size is at most 2147483647'),
  perCpuValueFits,
  memoryFits,
];

/** kernel/bpf/hashtab.c */
const HASH: readonly CreationRule[] = [
  allowFlags(
    MapFlag.NO_PREALLOC |
      MapFlag.NO_COMMON_LRU |
      MapFlag.NUMA_NODE |
      ACCESS_FLAGS |
      MapFlag.ZERO_SEED,
  ),
  rule(
    'EINVAL',
    (spec) => !isLru(spec) && (spec.flags & MapFlag.NO_COMMON_LRU) !== 0,
    'BPF_F_NO_COMMON_LRU is only for LRU maps',
  ),
  rule(
    'ENOTSUPP',
    (spec) => isLru(spec) && !isPreallocated(spec),
    'LRU maps are always preallocated',
  ),
  hasEntries,
  hasKey,
  hasValue,
  rule(
    'E2BIG',
    (spec) => spec.keySize + spec.valueSize >= KMALLOC_MAX - HASH_ELEMENT,
    'key and value together are over 4 MiB',
  ),
  perCpuValueFits,
  rule('E2BIG', (spec) => spec.maxEntries > MAX_HASH_ENTRIES, 'max_entries is over 2^31'),
  memoryFits,
];

/** fd_array and fd_htab: values are file descriptors to user space. */
const DESCRIPTORS: readonly CreationRule[] = [
  valueSizeIs(4),
  rule(
    'EINVAL',
    (spec) =>
      spec.type !== 'hash_of_maps' &&
      (spec.flags & (MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG)) !== 0,
    'access flags for programs are not allowed for this map type',
  ),
];

/** kernel/bpf/map_in_map.c */
const INNER: readonly CreationRule[] = [
  rule('EBADF', (spec) => spec.inner === null, 'the map definition names no inner map'),
  rule(
    'EINVAL',
    (spec) => spec.inner?.type === 'array_of_maps' || spec.inner?.type === 'hash_of_maps',
    'maps of maps do not nest',
  ),
  rule(
    'ENOTSUPP',
    (spec) => spec.inner?.type === 'prog_array',
    'program arrays cannot be inner maps',
  ),
];

/** kernel/bpf/lpm_trie.c */
const LPM: readonly CreationRule[] = [
  hasEntries,
  rule('EINVAL', isPreallocated, 'lpm_trie needs the flag BPF_F_NO_PREALLOC'),
  allowFlags(MapFlag.NO_PREALLOC | MapFlag.NUMA_NODE | ACCESS_FLAGS),
  rule(
    'EINVAL',
    (spec) => spec.keySize < LPM_KEY.min || spec.keySize > LPM_KEY.max,
    `key_size must be ${LPM_KEY.min} to ${LPM_KEY.max}: a u32 prefix length and 1 to 256 bytes`,
  ),
  rule(
    'EINVAL',
    (spec) => spec.valueSize === 0 || spec.valueSize > KMALLOC_MAX - 256 - LPM_NODE,
    'value_size must be 1 byte to 4 MiB',
  ),
];

/** kernel/bpf/queue_stack_maps.c */
const QUEUE: readonly CreationRule[] = [
  hasEntries,
  keySizeIs(0),
  hasValue,
  allowFlags(MapFlag.NUMA_NODE | ACCESS_FLAGS),
  rule('E2BIG', (spec) => spec.valueSize > KMALLOC_MAX, 'value_size is over 4 MiB'),
  memoryFits,
];

/** kernel/bpf/bloom_filter.c */
const BLOOM: readonly CreationRule[] = [
  rule('E2BIG', (spec) => spec.valueSize > KMALLOC_MAX, 'value_size is over 4 MiB'),
  keySizeIs(0),
  hasValue,
  hasEntries,
  allowFlags(MapFlag.NUMA_NODE | MapFlag.ZERO_SEED | ACCESS_FLAGS),
  rule(
    'EINVAL',
    (spec) => spec.mapExtra < 0n || spec.mapExtra > 15n,
    'map_extra is the number of hash functions, 0 (for 5) to 15',
  ),
];

/** kernel/bpf/ringbuf.c */
const RING_BUFFER: readonly CreationRule[] = [
  allowFlags(MapFlag.NUMA_NODE),
  keySizeIs(0),
  valueSizeIs(0),
  rule(
    'EINVAL',
    ({ maxEntries }) => maxEntries % PAGE !== 0 || !Number.isInteger(Math.log2(maxEntries)),
    `max_entries is the size in bytes: a power of two and a multiple of ${PAGE}`,
  ),
  rule(
    'ENOMEM',
    (spec) => spec.maxEntries > MAX_RING,
    'rings over 512 MiB do not fit this runtime',
  ),
];

/** kernel/bpf/devmap.c, cpumap.c, net/xdp/xskmap.c */
const DEVICES: readonly CreationRule[] = [
  hasEntries,
  keySizeIs(4),
  valueSizeIs(4, 8),
  allowFlags(MapFlag.NUMA_NODE | MapFlag.RDONLY | MapFlag.WRONLY),
];

/** Rules of each map type that this runtime has, in the kernel's order: the first that is broken counts. */
export const TYPE_RULES: ReadonlyMap<MapTypeName, readonly CreationRule[]> = new Map<
  MapTypeName,
  readonly CreationRule[]
>([
  ['array', ARRAY],
  ['percpu_array', ARRAY],
  ['prog_array', [...DESCRIPTORS, ...ARRAY]],
  ['perf_event_array', [...DESCRIPTORS, ...ARRAY]],
  ['array_of_maps', [...INNER, ...DESCRIPTORS, ...ARRAY]],
  ['hash', HASH],
  ['percpu_hash', HASH],
  ['lru_hash', HASH],
  ['lru_percpu_hash', HASH],
  ['hash_of_maps', [...INNER, ...DESCRIPTORS, ...HASH]],
  ['lpm_trie', LPM],
  ['queue', QUEUE],
  ['stack', QUEUE],
  ['bloom_filter', BLOOM],
  ['ringbuf', RING_BUFFER],
  ['devmap', DEVICES],
  [
    'devmap_hash',
    [
      ...DEVICES,
      rule('EINVAL', (spec) => spec.maxEntries > MAX_HASH_ENTRIES, 'max_entries is over 2^31'),
    ],
  ],
  [
    'cpumap',
    [
      hasEntries,
      keySizeIs(4),
      valueSizeIs(4, 8),
      allowFlags(MapFlag.NUMA_NODE),
      rule('E2BIG', (spec) => spec.maxEntries > NR_CPUS, `there are at most ${NR_CPUS} CPUs`),
    ],
  ],
  [
    'xskmap',
    [
      hasEntries,
      keySizeIs(4),
      valueSizeIs(4),
      allowFlags(MapFlag.NUMA_NODE | MapFlag.RDONLY | MapFlag.WRONLY),
    ],
  ],
]);

function isLru(spec: MapSpec): boolean {
  return spec.type === 'lru_hash' || spec.type === 'lru_percpu_hash';
}

function isU32(size: number): boolean {
  return Number.isInteger(size) && size >= 0 && size <= 0xffff_ffff;
}

function hasBoth(flags: number, one: number, other: number): boolean {
  return (flags & one) !== 0 && (flags & other) !== 0;
}
