import { describe, expect, it } from 'vitest';
import { acceptsMap, argumentsFor, type HelperRow, linux, mayCall } from '../../src/index.ts';
import { PROTOTYPES } from './helper-prototypes.ts';

function helper(name: string): HelperRow {
  const row = linux.helperByName(name);
  if (row === undefined) throw new Error(`no helper ${name}`);
  return row;
}

function may(program: string, name: string, attachType: string | null = null): boolean {
  const row = linux.programTypeByName(program);
  if (row === undefined) throw new Error(`no program type ${program}`);
  return mayCall(helper(name), row, attachType);
}

/** `kind`, `kind?` when nullable, `kind:8` with a fixed size, `kind!` when it is released. */
function notation(row: HelperRow, programType: string): string {
  return argumentsFor(row, programType)
    .map(
      ({ kind, nullable, size, releases, btfType }) =>
        `${kind}${btfType === null ? '' : `(${btfType})`}${size === null ? '' : `:${size}`}${nullable ? '?' : ''}${releases ? '!' : ''}`,
    )
    .join(', ');
}

describe('laws', () => {
  it('numbers run from 1 to 211 without a gap', () => {
    expect(linux.helpers.map(({ number }) => number)).toEqual(
      Array.from({ length: 211 }, (_, index) => index + 1),
    );
  });

  it('names are unique and look-ups find each row', () => {
    for (const row of linux.helpers) {
      expect(linux.helperByName(row.name)).toBe(row);
      expect(linux.helperByNumber(row.number)).toBe(row);
    }
    expect(linux.helperByNumber(0)).toBeUndefined();
    expect(linux.helperByNumber(212)).toBeUndefined();
    expect(linux.helperByNumber(-1)).toBeUndefined();
    expect(linux.helperByName('constructor')).toBeUndefined();
  });

  it.each(linux.helpers)('$name names only what exists', (row) => {
    expect(row.programTypes.length).toBeGreaterThan(0);
    expect(new Set(row.programTypes).size).toBe(row.programTypes.length);
    for (const type of row.programTypes) expect(linux.programTypeByName(type)).toBeDefined();
    for (const { programTypes } of row.variants) {
      for (const type of programTypes) expect(row.programTypes).toContain(type);
    }
    for (const type of row.mapTypes ?? []) expect(linux.mapTypeByName(type)).toBeDefined();
    for (const [type, hooks] of Object.entries(row.attachTypes ?? {})) {
      expect(row.programTypes).toContain(type);
      for (const hook of hooks) {
        expect(linux.programTypeByName(type)?.attachTypes).toContain(hook);
      }
    }
    expect(row.since).toMatch(/^[3-6]\.\d{1,2}$/);
  });

  it.each(linux.helpers)('$name has well-formed arguments', (row) => {
    for (const list of [row.arguments, ...row.variants.map((variant) => variant.arguments)]) {
      expect(list.length).toBeLessThanOrEqual(5);
      list.forEach((argument, index) => {
        const memory = argument.kind.startsWith('mem-') && !argument.kind.startsWith('mem-size');
        const next = list[index + 1]?.kind ?? '';
        if (memory) expect(next.startsWith('mem-size')).toBe(argument.size === null);
        if (argument.kind.startsWith('mem-size')) {
          expect(list[index - 1]?.kind).toMatch(/^mem-(readonly|uninit|readwrite)$/);
        }
        if (argument.kind === 'map-key') {
          expect(list.slice(0, index).map(({ kind }) => kind)).toContain('const-map-ptr');
        }
        expect(argument.dynptr !== null).toBe(argument.kind === 'dynptr');
      });
      expect(list.some(({ kind }) => kind === 'callback')).toBe(row.callback !== null);
    }
    if (row.mapTypes !== null) {
      expect(row.arguments.map(({ kind }) => kind)).toContain('const-map-ptr');
    }
  });

  it('releases never run backwards along the numbers', () => {
    const rank = (since: string): number => {
      const [major = 0, minor = 0] = since.split('.').map(Number);
      return major * 100 + minor;
    };
    const ranks = linux.helpers.map(({ since }) => rank(since));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  it('is frozen all the way', () => {
    const open: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
    };
    walk(linux, 'linux');
    expect(open).toEqual([]);
  });
});

describe('against the C prototypes', () => {
  /** Where the verifier's prototype and the C one differ, with the verifier's count. */
  const exceptions: Readonly<Record<string, number>> = {
    trace_printk: 2, // the format's values: variadic in C, unchecked by the verifier
    get_cgroup_classid: 0, // takes the context in tc and lwt only
    get_branch_snapshot: 2, // reserved flags are not declared to the verifier
  };
  const prototypes = PROTOTYPES.trim()
    .split(/,\s*/)
    .map((text) => {
      const [number, name, count] = text.split(' ');
      return { number: Number(number), name: String(name), count: Number(count) };
    });

  it('covers every helper', () => expect(prototypes).toHaveLength(211));

  it.each(prototypes)('$number $name takes $count', ({ number, name, count }) => {
    const row = linux.helperByNumber(number);
    expect(row?.name).toBe(name);
    expect(row?.arguments).toHaveLength(exceptions[name] ?? count);
  });
});

describe('signatures', () => {
  it.each([
    ['xdp', 'map_lookup_elem', 'const-map-ptr, map-key', 'map-value-or-null'],
    ['xdp', 'map_update_elem', 'const-map-ptr, map-key, map-value, anything', 'integer'],
    ['xdp', 'tail_call', 'ctx, const-map-ptr, anything', 'void'],
    ['xdp', 'ktime_get_ns', '', 'integer'],
    ['xdp', 'map_pop_elem', 'const-map-ptr, map-value-uninit', 'integer'],
    ['xdp', 'xdp_adjust_head', 'ctx, anything', 'integer'],
    ['xdp', 'xdp_load_bytes', 'ctx, anything, mem-uninit, mem-size', 'integer'],
    ['xdp', 'xdp_store_bytes', 'ctx, anything, mem-readonly, mem-size', 'integer'],
    ['xdp', 'redirect_map', 'const-map-ptr, anything, anything', 'integer'],
    ['xdp', 'fib_lookup', 'ctx, mem-readwrite, mem-size, anything', 'integer'],
    ['xdp', 'check_mtu', 'ctx, anything, mem-readwrite:4, anything, anything', 'integer'],
    [
      'xdp',
      'csum_diff',
      'mem-readonly?, mem-size-or-zero, mem-readonly?, mem-size-or-zero, anything',
      'integer',
    ],
    [
      'xdp',
      'perf_event_output',
      'ctx, const-map-ptr, anything, mem-readonly, mem-size-or-zero',
      'integer',
    ],
    ['xdp', 'tcp_raw_check_syncookie_ipv6', 'mem-readonly:40, mem-readonly:20', 'integer'],
    ['xdp', 'get_cgroup_classid', '', 'integer'],
    ['sched_cls', 'get_cgroup_classid', 'ctx', 'integer'],
    ['sched_cls', 'skb_load_bytes', 'ctx, anything, mem-uninit, mem-size', 'integer'],
    [
      'sched_cls',
      'sk_lookup_tcp',
      'ctx, mem-readonly, mem-size-or-zero, anything, anything',
      'socket-or-null',
    ],
    ['sched_cls', 'sk_release', 'btf-id-sock-common!', 'integer'],
    ['sched_cls', 'tcp_sock', 'sock-common', 'tcp-socket-or-null'],
    ['sched_cls', 'sk_assign', 'ctx, btf-id-sock-common, anything', 'integer'],
    ['sk_lookup', 'sk_assign', 'ctx, socket?, anything', 'integer'],
    ['sched_cls', 'skc_to_tcp_sock', 'btf-id-sock-common', 'btf-id-or-null'],
    ['sched_cls', 'get_socket_cookie', 'ctx', 'integer'],
    ['tracing', 'get_socket_cookie', 'btf-id-sock-common?', 'integer'],
    ['sock_ops', 'setsockopt', 'ctx, anything, anything, mem-readonly, mem-size', 'integer'],
    [
      'cgroup_sockopt',
      'getsockopt',
      'btf-id-sock-common, anything, anything, mem-uninit, mem-size',
      'integer',
    ],
    [
      'cgroup_sock',
      'sk_storage_get',
      'const-map-ptr, ctx, map-value?, anything',
      'map-value-or-null',
    ],
    ['cgroup_skb', 'get_local_storage', 'const-map-ptr, zero', 'map-value'],
    ['kprobe', 'probe_read', 'mem-uninit, mem-size-or-zero, anything', 'integer'],
    ['kprobe', 'get_current_comm', 'mem-uninit, mem-size', 'integer'],
    ['tracing', 'xdp_get_buff_len', 'btf-id(xdp_buff)', 'integer'],
    ['tracing', 'd_path', 'btf-id(path), mem-readwrite, mem-size-or-zero', 'integer'],
    ['tracing', 'get_func_arg', 'ctx, anything, mem-uninit:8', 'integer'],
    [
      'xdp',
      'ringbuf_reserve',
      'const-map-ptr, const-alloc-size-or-zero, anything',
      'alloc-mem-or-null',
    ],
    ['xdp', 'ringbuf_submit', 'alloc-mem!, anything', 'void'],
    ['xdp', 'ringbuf_submit_dynptr', 'dynptr!, anything', 'void'],
    ['xdp', 'dynptr_data', 'dynptr, anything, const-alloc-size-or-zero', 'dynptr-mem-or-null'],
    ['xdp', 'strtol', 'mem-readonly, mem-size, anything, mem-uninit:8', 'integer'],
    ['xdp', 'strncmp', 'mem-readonly, mem-size, const-str', 'integer'],
    ['xdp', 'spin_lock', 'spin-lock', 'void'],
    ['xdp', 'timer_init', 'timer, const-map-ptr, anything', 'integer'],
    ['xdp', 'loop', 'scalar, callback, stack?, anything', 'integer'],
    ['xdp', 'kptr_xchg', 'kptr, btf-id?!', 'btf-id-or-null'],
    ['xdp', 'per_cpu_ptr', 'percpu-btf-id, anything', 'mem-or-btf-id-or-null'],
    ['lsm', 'bprm_opts_set', 'btf-id(linux_binprm), anything', 'integer'],
  ])('in %s: %s(%s) -> %s', (program, name, args, returns) => {
    expect(notation(helper(name), program)).toBe(args);
    expect(helper(name).returns).toBe(returns);
    expect(may(program, name)).toBe(true);
  });
});

describe('who may call', () => {
  it.each([
    ['xdp', 'redirect_map', true],
    ['sched_cls', 'redirect_map', false],
    ['sched_cls', 'skb_store_bytes', true],
    ['xdp', 'skb_store_bytes', false],
    ['socket_filter', 'skb_load_bytes', true],
    ['socket_filter', 'redirect', false],
    ['lirc_mode2', 'map_lookup_elem', true],
    ['lirc_mode2', 'rc_keydown', true],
    ['lirc_mode2', 'loop', false],
    ['xdp', 'probe_read_kernel', true],
    ['xdp', 'probe_read', false],
    ['xdp', 'get_current_pid_tgid', true],
    ['kprobe', 'get_stackid', true],
    ['netfilter', 'perf_event_output', false],
    ['syscall', 'sys_bpf', true],
    ['kprobe', 'sys_bpf', false],
    ['struct_ops', 'tcp_send_ack', true],
    ['sk_reuseport', 'sk_select_reuseport', true],
    ['ext', 'redirect_map', true],
  ])('%s: %s %s', (program, name, expected) => {
    expect(may(program, name)).toBe(expected);
  });

  it.each([
    ['cgroup_sock_addr', 'bind', 'cgroup_inet4_connect', true],
    ['cgroup_sock_addr', 'bind', 'cgroup_inet4_bind', false],
    ['cgroup_sock_addr', 'get_retval', 'cgroup_udp4_recvmsg', false],
    ['cgroup_sockopt', 'setsockopt', 'cgroup_getsockopt', false],
    ['tracing', 'seq_printf', 'trace_iter', true],
    ['tracing', 'seq_printf', 'trace_fentry', false],
    ['tracing', 'get_func_ret', 'trace_fexit', true],
    ['tracing', 'get_func_ret', 'trace_raw_tp', false],
    ['cgroup_sock_addr', 'bind', null, true],
  ])('%s: %s at %s %s', (program, name, attachType, expected) => {
    expect(may(program, name, attachType)).toBe(expected);
  });
});

describe('traits', () => {
  const named = (pick: (row: HelperRow) => boolean): string[] =>
    linux.helpers.filter(pick).map(({ name }) => name);

  it('bpf_helper_changes_pkt_data', () => {
    expect(named((row) => row.invalidatesPackets).toSorted()).toEqual(
      `clone_redirect l3_csum_replace l4_csum_replace lwt_push_encap lwt_seg6_action
       lwt_seg6_adjust_srh lwt_seg6_store_bytes msg_pop_data msg_pull_data msg_push_data
       skb_adjust_room skb_change_head skb_change_proto skb_change_tail skb_pull_data
       skb_store_bytes skb_vlan_pop skb_vlan_push store_hdr_opt tail_call xdp_adjust_head
       xdp_adjust_meta xdp_adjust_tail`.split(/\s+/),
    );
  });

  it('references come from five helpers', () => {
    expect(named((row) => row.acquires)).toEqual([
      'sk_lookup_tcp',
      'sk_lookup_udp',
      'skc_lookup_tcp',
      'ringbuf_reserve',
      'kptr_xchg',
    ]);
  });

  it('callbacks', () => {
    expect(named((row) => row.callback !== null)).toEqual([
      'for_each_map_elem',
      'timer_set_callback',
      'find_vma',
      'loop',
      'user_ringbuf_drain',
    ]);
    expect(named((row) => row.callback?.asynchronous === true)).toEqual(['timer_set_callback']);
  });

  it.each([
    ['trace_printk', true],
    ['fib_lookup', true],
    ['perf_event_output', true],
    ['probe_read_kernel', true],
    ['map_lookup_elem', false],
    ['ktime_get_ns', false],
    ['redirect_map', false],
    ['ringbuf_output', false],
  ])('%s is for GPL programs only: %s', (name, expected) => {
    expect(helper(name).gplOnly).toBe(expected);
  });

  it('only sleepable programs copy from user space', () => {
    expect(named((row) => row.mightSleep)).toEqual([
      'copy_from_user',
      'ima_inode_hash',
      'sys_bpf',
      'btf_find_by_name_kind',
      'sys_close',
      'copy_from_user_task',
      'ima_file_hash',
    ]);
  });

  it.each([
    ['map_lookup_elem', true],
    ['csum_diff', true],
    ['sk_lookup_tcp', true],
    ['perf_event_output', false],
    ['skb_load_bytes', false],
    ['map_pop_elem', false],
  ])('%s takes packet memory: %s', (name, expected) => {
    expect(helper(name).packetAccess).toBe(expected);
  });
});

describe('maps and helpers', () => {
  it.each([
    ['map_lookup_elem', 'hash', true],
    ['map_lookup_elem', 'prog_array', false],
    ['map_lookup_elem', 'devmap', true],
    ['map_lookup_elem', 'cpumap', false],
    ['map_lookup_elem', 'xskmap', true],
    ['map_lookup_elem', 'queue', false],
    ['map_update_elem', 'array_of_maps', false],
    ['map_delete_elem', 'lpm_trie', true],
    ['tail_call', 'prog_array', true],
    ['tail_call', 'array', false],
    ['redirect_map', 'devmap_hash', true],
    ['redirect_map', 'hash', false],
    ['perf_event_output', 'perf_event_array', true],
    ['ringbuf_reserve', 'ringbuf', true],
    ['ringbuf_reserve', 'user_ringbuf', false],
    ['map_push_elem', 'bloom_filter', true],
    ['map_pop_elem', 'bloom_filter', false],
    ['map_lookup_percpu_elem', 'percpu_array', true],
    ['map_lookup_percpu_elem', 'array', false],
    ['for_each_map_elem', 'array', true],
    ['for_each_map_elem', 'lpm_trie', false],
    ['sk_storage_get', 'task_storage', false],
    ['kptr_xchg', 'task_storage', true],
  ])('%s on %s: %s', (name, mapType, expected) => {
    const map = linux.mapTypeByName(mapType);
    if (map === undefined) throw new Error(`no map type ${mapType}`);
    expect(acceptsMap(helper(name), map)).toBe(expected);
  });

  it('the two switches of the kernel agree', () => {
    for (const map of linux.mapTypes) {
      for (const name of map.helpers ?? []) {
        expect(helper(name).mapTypes ?? [map.name]).toContain(map.name);
      }
    }
    for (const row of linux.helpers) {
      for (const type of row.mapTypes ?? []) {
        expect(linux.mapTypeByName(type)?.helpers ?? [row.name]).toContain(row.name);
      }
    }
  });
});
