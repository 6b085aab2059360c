import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attachTypes,
  errno,
  errnoName,
  linux,
  type MapTypeRow,
  mapFlags,
  returnRange,
  sections,
  verdictName,
} from '../../src/index.ts';

const LAST_ATTACH_TYPE_OF_6_18 = attachTypes.trace_uprobe_session;

function mapType(name: string): MapTypeRow {
  const row = linux.mapTypeByName(name);
  if (row === undefined) throw new Error(`no map type ${name}`);
  return row;
}

describe('map types', () => {
  it('numbers run from 1 to 33 without a gap; look-ups find each row', () => {
    expect(linux.mapTypes.map(({ number }) => number)).toEqual(
      Array.from({ length: 33 }, (_, index) => index + 1),
    );
    for (const row of linux.mapTypes) {
      expect(linux.mapTypeByNumber(row.number)).toBe(row);
      expect(linux.mapTypeByName(row.name)).toBe(row);
    }
    expect(linux.mapTypeByNumber(0)).toBeUndefined();
    expect(linux.mapTypeByNumber(34)).toBeUndefined();
  });

  it.each([
    [1, 'hash'],
    [2, 'array'],
    [3, 'prog_array'],
    [4, 'perf_event_array'],
    [5, 'percpu_hash'],
    [6, 'percpu_array'],
    [7, 'stack_trace'],
    [9, 'lru_hash'],
    [11, 'lpm_trie'],
    [12, 'array_of_maps'],
    [13, 'hash_of_maps'],
    [14, 'devmap'],
    [15, 'sockmap'],
    [16, 'cpumap'],
    [17, 'xskmap'],
    [18, 'sockhash'],
    [22, 'queue'],
    [23, 'stack'],
    [24, 'sk_storage'],
    [25, 'devmap_hash'],
    [26, 'struct_ops'],
    [27, 'ringbuf'],
    [29, 'task_storage'],
    [30, 'bloom_filter'],
    [31, 'user_ringbuf'],
    [33, 'arena'],
  ])('%i is %s', (number, name) => {
    expect(linux.mapTypeByNumber(number)?.name).toBe(name);
  });

  it.each(linux.mapTypes)('$name names only flags and helpers that exist', (row) => {
    for (const flag of [...row.flags, ...row.requiredFlags]) {
      expect(Object.keys(mapFlags)).toContain(flag);
    }
    for (const flag of row.requiredFlags) expect(row.flags).toContain(flag);
    for (const name of row.helpers ?? []) expect(linux.helperByName(name)).toBeDefined();
    for (const rule of [row.key, row.value]) {
      expect(rule.minimum).toBeLessThanOrEqual(rule.maximum);
    }
    expect(row.keyless).toBe(row.key.maximum === 0);
  });

  it.each([
    ['hash', 'BPF_F_NO_PREALLOC', true],
    ['lru_hash', 'BPF_F_NO_PREALLOC', false],
    ['lru_hash', 'BPF_F_NO_COMMON_LRU', true],
    ['hash', 'BPF_F_NO_COMMON_LRU', false],
    ['array', 'BPF_F_MMAPABLE', true],
    ['percpu_array', 'BPF_F_MMAPABLE', false],
    ['percpu_hash', 'BPF_F_NUMA_NODE', false],
    ['ringbuf', 'BPF_F_RDONLY', false],
    ['prog_array', 'BPF_F_RDONLY_PROG', false],
    ['devmap', 'BPF_F_RDONLY_PROG', false],
    ['queue', 'BPF_F_ZERO_SEED', false],
    ['bloom_filter', 'BPF_F_ZERO_SEED', true],
  ])('%s with %s: %s', (name, flag, expected) => {
    expect(mapType(name).flags.includes(flag)).toBe(expected);
  });

  it.each([
    ['array', [4], null],
    ['percpu_array', [4], null],
    ['prog_array', [4], [4]],
    ['devmap', [4], [4, 8]],
    ['cpumap', [4], [4, 8]],
    ['xskmap', [4], [4]],
    ['queue', [0], null],
    ['ringbuf', [0], [0]],
    ['hash_of_maps', null, [4]],
    ['array_of_maps', [4], [4]],
    ['hash', null, null],
  ])('%s: key %j, value %j', (name, key, value) => {
    expect(mapType(name).key.oneOf).toEqual(key);
    expect(mapType(name).value.oneOf).toEqual(value);
  });

  it('sets of types', () => {
    const named = (pick: (row: MapTypeRow) => boolean): string[] =>
      linux.mapTypes.filter(pick).map(({ name }) => name);
    expect(named((row) => row.perCpu)).toEqual([
      'percpu_hash',
      'percpu_array',
      'lru_percpu_hash',
      'percpu_cgroup_storage',
    ]);
    expect(named((row) => row.keyless)).toEqual([
      'queue',
      'stack',
      'ringbuf',
      'bloom_filter',
      'user_ringbuf',
      'arena',
    ]);
    expect(named((row) => row.needsInnerMap)).toEqual(['array_of_maps', 'hash_of_maps']);
    expect(named((row) => row.indexed)).toEqual([
      'array',
      'prog_array',
      'perf_event_array',
      'percpu_array',
      'cgroup_array',
      'array_of_maps',
    ]);
  });

  it('an LPM key is a 4-byte length and up to 256 bytes', () => {
    expect(mapType('lpm_trie').key).toMatchObject({ minimum: 5, maximum: 260 });
    expect(mapType('lpm_trie').requiredFlags).toEqual(['BPF_F_NO_PREALLOC']);
  });
});

describe('program types', () => {
  it('numbers run from 1 to 32 without a gap; look-ups find each row', () => {
    expect(linux.programTypes.map(({ number }) => number)).toEqual(
      Array.from({ length: 32 }, (_, index) => index + 1),
    );
    for (const row of linux.programTypes) {
      expect(linux.programTypeByNumber(row.number)).toBe(row);
      expect(linux.programTypeByName(row.name)).toBe(row);
      for (const hook of row.attachTypes) expect(Object.keys(attachTypes)).toContain(hook);
    }
    expect(linux.programTypeByNumber(33)).toBeUndefined();
  });

  it.each([
    [1, 'socket_filter'],
    [2, 'kprobe'],
    [3, 'sched_cls'],
    [4, 'sched_act'],
    [5, 'tracepoint'],
    [6, 'xdp'],
    [7, 'perf_event'],
    [8, 'cgroup_skb'],
    [12, 'lwt_xmit'],
    [13, 'sock_ops'],
    [14, 'sk_skb'],
    [16, 'sk_msg'],
    [17, 'raw_tracepoint'],
    [18, 'cgroup_sock_addr'],
    [21, 'sk_reuseport'],
    [22, 'flow_dissector'],
    [26, 'tracing'],
    [27, 'struct_ops'],
    [28, 'ext'],
    [29, 'lsm'],
    [30, 'sk_lookup'],
    [31, 'syscall'],
    [32, 'netfilter'],
  ])('%i is %s', (number, name) => {
    expect(linux.programTypeByNumber(number)?.name).toBe(name);
  });

  it('who writes packets, who has LD_ABS', () => {
    const named = (key: 'writesPacket' | 'legacyPacketLoads'): string[] =>
      linux.programTypes.filter((row) => row[key]).map(({ name }) => name);
    expect(named('legacyPacketLoads')).toEqual(['socket_filter', 'sched_cls', 'sched_act']);
    expect(named('writesPacket')).toEqual([
      'sched_cls',
      'sched_act',
      'xdp',
      'lwt_xmit',
      'sk_skb',
      'sk_msg',
      'cgroup_sockopt',
    ]);
  });

  it('every type has a section name, whose attach type fits it', () => {
    expect(new Set(sections.map(({ programType }) => programType)).size).toBe(32);
    for (const { programType, attachType } of sections) {
      if (attachType === null || attachTypes[attachType] > LAST_ATTACH_TYPE_OF_6_18) continue;
      expect(linux.programTypeByName(programType)?.attachTypes).toContain(attachType);
    }
  });
});

describe('attach types', () => {
  it.each([
    ['cgroup_inet_ingress', 0],
    ['cgroup_inet4_connect', 10],
    ['trace_fentry', 24],
    ['lsm_mac', 27],
    ['xdp_devmap', 33],
    ['sk_lookup', 36],
    ['xdp', 37],
    ['perf_event', 41],
    ['netfilter', 45],
    ['tcx_ingress', 46],
    ['netkit_peer', 55],
    ['trace_uprobe_session', 57],
  ])('%s is %i', (name, number) => {
    expect(linux.attachTypes[name]).toBe(number);
  });

  it('numbers run from 0 without a gap', () => {
    const numbers = Object.values(attachTypes);
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });
});

describe('verdicts', () => {
  it.each([
    ['xdp', 0, 'XDP_ABORTED'],
    ['xdp', 1, 'XDP_DROP'],
    ['xdp', 2, 'XDP_PASS'],
    ['xdp', 3, 'XDP_TX'],
    ['xdp', 4, 'XDP_REDIRECT'],
    ['xdp', 5, '5'],
    ['sched_cls', -1, 'TC_ACT_UNSPEC'],
    ['sched_cls', 0xffffffff, 'TC_ACT_UNSPEC'],
    ['sched_cls', 2, 'TC_ACT_SHOT'],
    ['sched_act', 7, 'TC_ACT_REDIRECT'],
    ['lwt_xmit', 128, 'BPF_LWT_REROUTE'],
    ['lwt_out', 2, 'BPF_DROP'],
    ['sk_msg', 1, 'SK_PASS'],
    ['sk_lookup', 0, 'SK_DROP'],
    ['netfilter', 1, 'NF_ACCEPT'],
    ['flow_dissector', 129, 'BPF_FLOW_DISSECTOR_CONTINUE'],
    ['cgroup_skb', 0, 'deny'],
    ['cgroup_sock_addr', 1, 'allow'],
    ['socket_filter', 64, '64'],
    ['lsm', -1, '-1'],
    ['no such type', 2, '2'],
    ['constructor', 2, '2'],
  ])('%s %i is %s', (type, verdict, name) => {
    expect(verdictName(type, verdict)).toBe(name);
    expect(linux.verdictName(type, verdict)).toBe(name);
  });

  it('any number has a text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...linux.programTypes.map(({ name }) => name)),
        fc.integer({ min: -0x80000000, max: 0xffffffff }),
        (type, verdict) => verdictName(type, verdict).length > 0,
      ),
    );
  });

  it.each([
    ['xdp', null, null],
    ['xdp', 'xdp', null],
    ['sched_cls', null, null],
    ['cgroup_skb', null, [0, 1]],
    ['cgroup_skb', 'cgroup_inet_egress', [0, 3]],
    ['cgroup_sock_addr', 'cgroup_inet4_bind', [0, 3]],
    ['cgroup_sock_addr', 'cgroup_inet4_connect', [0, 1]],
    ['cgroup_sock_addr', 'cgroup_udp6_recvmsg', [1, 1]],
    ['sock_ops', null, [0, 1]],
    ['tracing', 'trace_fentry', [0, 0]],
    ['tracing', 'modify_return', null],
    ['netfilter', 'netfilter', [0, 1]],
    ['kprobe', null, null],
    ['kprobe', 'trace_kprobe_session', [0, 1]],
  ])('%s at %s may return %j', (type, attachType, range) => {
    expect(returnRange(type, attachType)).toEqual(range);
  });
});

describe('errno', () => {
  it.each([
    ['EPERM', 1],
    ['ENOENT', 2],
    ['E2BIG', 7],
    ['EAGAIN', 11],
    ['ENOMEM', 12],
    ['EACCES', 13],
    ['EFAULT', 14],
    ['EBUSY', 16],
    ['EEXIST', 17],
    ['ENODEV', 19],
    ['EINVAL', 22],
    ['ENOSPC', 28],
    ['ERANGE', 34],
    ['ELOOP', 40],
    ['EOPNOTSUPP', 95],
    ['ENOTSUPP', 524],
  ] as const)('%s is %i', (name, number) => {
    expect(errno[name]).toBe(number);
    expect(errnoName(number)).toBe(name);
    expect(errnoName(-number)).toBe(name);
  });

  it('an unknown number is its own name', () => expect(errnoName(4000)).toBe('4000'));

  it('numbers are unique', () => {
    const numbers = Object.values(errno);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
