import type { MapTypeRow } from '../platform.ts';
import type { MapFlagName } from './map-flags.ts';
import {
  anySize,
  arrayValue,
  eightOrSixteen,
  four,
  fourOrEight,
  localStorageValue,
  lpmKey,
  mapType,
  none,
  perCpuValue,
  stackSize,
  stackTraceValue,
} from './map-row.ts';

/** Map types of Linux 6.18 (enum bpf_map_type), named as libbpf and bpftool name them. */
export type MapTypeName =
  | 'hash'
  | 'array'
  | 'prog_array'
  | 'perf_event_array'
  | 'percpu_hash'
  | 'percpu_array'
  | 'stack_trace'
  | 'cgroup_array'
  | 'lru_hash'
  | 'lru_percpu_hash'
  | 'lpm_trie'
  | 'array_of_maps'
  | 'hash_of_maps'
  | 'devmap'
  | 'sockmap'
  | 'cpumap'
  | 'xskmap'
  | 'sockhash'
  | 'cgroup_storage'
  | 'reuseport_sockarray'
  | 'percpu_cgroup_storage'
  | 'queue'
  | 'stack'
  | 'sk_storage'
  | 'devmap_hash'
  | 'struct_ops'
  | 'ringbuf'
  | 'inode_storage'
  | 'task_storage'
  | 'bloom_filter'
  | 'user_ringbuf'
  | 'cgrp_storage'
  | 'arena';

const access: readonly MapFlagName[] = ['BPF_F_RDONLY', 'BPF_F_WRONLY'];
const programAccess: readonly MapFlagName[] = ['BPF_F_RDONLY_PROG', 'BPF_F_WRONLY_PROG'];
const numa: readonly MapFlagName[] = ['BPF_F_NUMA_NODE', ...access];
const plain: readonly MapFlagName[] = [...numa, ...programAccess];
const hashed: readonly MapFlagName[] = ['BPF_F_ZERO_SEED', ...access, ...programAccess];
const prealloc: readonly MapFlagName[] = ['BPF_F_NO_PREALLOC'];

/** Types for one kernel object each: sk_storage, inode_storage, task_storage, cgrp_storage. */
function localStorage(
  number: number,
  owner: 'sk' | 'inode' | 'task' | 'cgrp',
  since: string,
): MapTypeRow<MapTypeName> {
  return mapType(number, `${owner}_storage`, since, four, localStorageValue, {
    flags: ['BPF_F_NO_PREALLOC', 'BPF_F_CLONE'],
    requiredFlags: prealloc,
    maxEntries: 'zero',
    needsBtf: true,
    helpers: [`${owner}_storage_get`, `${owner}_storage_delete`, 'kptr_xchg'],
  });
}

function deviceMap(
  number: number,
  name: 'devmap' | 'devmap_hash',
  since: string,
): MapTypeRow<MapTypeName> {
  return mapType(number, name, since, four, fourOrEight, {
    values: 'device',
    flags: numa,
    helpers: ['redirect_map', 'map_lookup_elem'],
    programReadonly: true,
  });
}

/**
 * Updates and deletions from programs are limited to contexts that hold no locked socket
 * (may_update_sockmap): tracing iterators, sock_ops (deletion), socket_filter, sched_cls,
 * sched_act, xdp, sk_reuseport, flow_dissector, sk_lookup. The value that map_update_elem takes is
 * then a socket pointer (resolve_map_arg_type), not memory.
 */
const socketUpdates = ['map_lookup_elem', 'map_update_elem', 'map_delete_elem'];

/**
 * Every map type of Linux 6.18, ascending. Creation rules are those of each type's alloc_check
 * (kernel/bpf/*.c), asked of a 6.18 kernel size by size and flag by flag; the helpers are the first
 * switch of check_map_func_compatibility (kernel/bpf/verifier.c), its second one being
 * `mapTypes` of the helper rows.
 */
export const mapTypes: readonly MapTypeRow<MapTypeName>[] = Object.freeze([
  mapType(1, 'hash', '3.19', anySize, anySize, {
    flags: [...prealloc, 'BPF_F_NUMA_NODE', ...hashed],
  }),
  mapType(2, 'array', '3.19', four, arrayValue, {
    indexed: true,
    flags: [...plain, 'BPF_F_MMAPABLE', 'BPF_F_INNER_MAP'],
  }),
  mapType(3, 'prog_array', '4.2', four, four, {
    indexed: true,
    values: 'program',
    flags: numa,
    helpers: ['tail_call'],
  }),
  mapType(4, 'perf_event_array', '4.3', four, four, {
    indexed: true,
    values: 'perf-event',
    flags: [...numa, 'BPF_F_PRESERVE_ELEMS'],
    helpers: [
      'perf_event_read',
      'perf_event_output',
      'perf_event_read_value',
      'skb_output',
      'xdp_output',
    ],
  }),
  mapType(5, 'percpu_hash', '4.6', anySize, perCpuValue, {
    perCpu: true,
    flags: [...prealloc, ...hashed],
  }),
  mapType(6, 'percpu_array', '4.6', four, perCpuValue, {
    perCpu: true,
    indexed: true,
    flags: [...access, ...programAccess],
  }),
  mapType(7, 'stack_trace', '4.6', four, stackTraceValue, {
    values: 'stack-trace',
    flags: [...numa, 'BPF_F_STACK_BUILD_ID'],
    helpers: ['get_stackid'],
  }),
  mapType(8, 'cgroup_array', '4.8', four, four, {
    indexed: true,
    values: 'cgroup',
    flags: numa,
    helpers: ['skb_under_cgroup', 'current_task_under_cgroup'],
  }),
  mapType(9, 'lru_hash', '4.10', anySize, anySize, {
    flags: ['BPF_F_NO_COMMON_LRU', 'BPF_F_NUMA_NODE', ...hashed],
  }),
  mapType(10, 'lru_percpu_hash', '4.10', anySize, perCpuValue, {
    perCpu: true,
    flags: ['BPF_F_NO_COMMON_LRU', ...hashed],
  }),
  mapType(11, 'lpm_trie', '4.11', lpmKey, anySize, {
    flags: [...prealloc, ...plain],
    requiredFlags: prealloc,
  }),
  mapType(12, 'array_of_maps', '4.12', four, four, {
    indexed: true,
    values: 'map',
    needsInnerMap: true,
    flags: numa,
    helpers: ['map_lookup_elem'],
  }),
  mapType(13, 'hash_of_maps', '4.12', anySize, four, {
    values: 'map',
    needsInnerMap: true,
    flags: [...prealloc, 'BPF_F_NUMA_NODE', ...hashed],
    helpers: ['map_lookup_elem'],
  }),
  deviceMap(14, 'devmap', '4.14'),
  mapType(15, 'sockmap', '4.14', four, fourOrEight, {
    values: 'socket',
    flags: numa,
    helpers: [
      ...socketUpdates,
      'sk_redirect_map',
      'sock_map_update',
      'msg_redirect_map',
      'sk_select_reuseport',
    ],
  }),
  mapType(16, 'cpumap', '4.15', four, fourOrEight, {
    values: 'cpu',
    flags: ['BPF_F_NUMA_NODE'],
    helpers: ['redirect_map'],
  }),
  mapType(17, 'xskmap', '4.18', four, four, {
    values: 'socket',
    flags: numa,
    helpers: ['redirect_map', 'map_lookup_elem'],
  }),
  mapType(18, 'sockhash', '4.18', stackSize, fourOrEight, {
    values: 'socket',
    flags: numa,
    helpers: [
      ...socketUpdates,
      'sk_redirect_hash',
      'sock_hash_update',
      'msg_redirect_hash',
      'sk_select_reuseport',
    ],
  }),
  mapType(19, 'cgroup_storage', '4.19', eightOrSixteen, localStorageValue, {
    maxEntries: 'zero',
    flags: plain,
    helpers: ['get_local_storage'],
  }),
  mapType(20, 'reuseport_sockarray', '4.19', four, fourOrEight, {
    values: 'socket',
    flags: plain,
    helpers: ['sk_select_reuseport'],
  }),
  mapType(21, 'percpu_cgroup_storage', '4.20', eightOrSixteen, perCpuValue, {
    perCpu: true,
    maxEntries: 'zero',
    flags: plain,
    helpers: ['get_local_storage'],
  }),
  mapType(22, 'queue', '4.20', none, anySize, {
    flags: plain,
    helpers: ['map_peek_elem', 'map_pop_elem', 'map_push_elem'],
  }),
  mapType(23, 'stack', '4.20', none, anySize, {
    flags: plain,
    helpers: ['map_peek_elem', 'map_pop_elem', 'map_push_elem'],
  }),
  localStorage(24, 'sk', '5.2'),
  deviceMap(25, 'devmap_hash', '5.4'),
  mapType(26, 'struct_ops', '5.6', four, anySize, {
    values: 'struct-ops',
    maxEntries: 'one',
    needsBtf: true,
    flags: ['BPF_F_LINK', 'BPF_F_VTYPE_BTF_OBJ_FD'],
  }),
  mapType(27, 'ringbuf', '5.8', none, none, {
    values: 'none',
    maxEntries: 'power-of-2-pages',
    flags: ['BPF_F_NUMA_NODE'],
    helpers: ['ringbuf_output', 'ringbuf_reserve', 'ringbuf_query', 'ringbuf_reserve_dynptr'],
  }),
  localStorage(28, 'inode', '5.10'),
  localStorage(29, 'task', '5.11'),
  mapType(30, 'bloom_filter', '5.16', none, anySize, {
    flags: ['BPF_F_NUMA_NODE', ...hashed],
    helpers: ['map_peek_elem', 'map_push_elem'],
  }),
  mapType(31, 'user_ringbuf', '6.1', none, none, {
    values: 'none',
    maxEntries: 'power-of-2-pages',
    flags: ['BPF_F_NUMA_NODE'],
    helpers: ['user_ringbuf_drain'],
  }),
  localStorage(32, 'cgrp', '6.2'),
  mapType(33, 'arena', '6.9', none, none, {
    values: 'none',
    flags: ['BPF_F_MMAPABLE', 'BPF_F_SEGV_ON_FAULT', 'BPF_F_NO_USER_CONV'],
    requiredFlags: ['BPF_F_MMAPABLE'],
    helpers: [],
  }),
]);
