import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContextDescriptor, contextAccess, linux } from '../../src/index.ts';

function contextOf(type: string): ContextDescriptor {
  const context = linux.programTypeByName(type)?.context;
  if (context === undefined || context === null) throw new Error(`${type} has no context`);
  return context;
}

const described: readonly (readonly [string, ContextDescriptor])[] = [
  ...linux.programTypes.flatMap(({ name, context }) =>
    context === null ? [] : [[name, context] as const],
  ),
  ...Object.entries(linux.objects),
];

describe('laws', () => {
  it('only ext has no context of its own', () => {
    expect(
      linux.programTypes.filter(({ context }) => context === null).map(({ name }) => name),
    ).toEqual(['ext']);
  });

  it.each(described)('%s: fields lie inside, ascend, never overlap', (_, { size, fields }) => {
    let end = 0;
    for (const field of fields) {
      expect(field.offset).toBeGreaterThanOrEqual(end);
      expect(field.size).toBeGreaterThan(0);
      end = field.offset + field.size;
    }
    expect(end).toBeLessThanOrEqual(size);
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
  });

  it.each(described)('%s: pointers are loaded whole and never stored', (_, { fields }) => {
    for (const field of fields) {
      if (field.kind === 'scalar' || field.kind === 'btf-argument') continue;
      expect(field.loads).toEqual([field.size]);
      expect(field.stores).toEqual([]);
    }
  });

  it.each(described)('%s: an allowed access touches its field alone', (_, context) => {
    fc.assert(
      fc.property(
        fc.integer({ min: -16, max: context.size + 16 }),
        fc.constantFrom(1, 2, 4, 8),
        fc.constantFrom('load' as const, 'store' as const),
        (offset, width, access) => {
          const field = contextAccess(context, offset, width, access, null);
          if (field === null) return true;
          const inside = offset >= field.offset && offset + width <= field.offset + field.size;
          const wideLoad = access === 'load' && offset === field.offset && width > field.size;
          return offset % width === 0 && (inside || wideLoad);
        },
      ),
    );
  });
});

describe('layouts', () => {
  it.each([
    ['xdp', 'xdp_md', 24, 0, 4, 8, 4],
    ['sched_cls', '__sk_buff', 192, 76, 80, 140, 4],
    ['cgroup_skb', '__sk_buff', 192, 76, 80, null, 4],
    ['lwt_xmit', '__sk_buff', 192, 76, 80, null, 4],
    ['sk_skb', '__sk_buff', 192, 76, 80, null, 4],
    ['flow_dissector', '__sk_buff', 192, 76, 80, null, 4],
    ['sk_msg', 'sk_msg_md', 80, 0, 8, null, 8],
    ['sk_reuseport', 'sk_reuseport_md', 56, 0, 8, null, 8],
    ['sock_ops', 'bpf_sock_ops', 224, 192, 200, null, 8],
    ['cgroup_sockopt', 'bpf_sockopt', 40, 8, 16, null, 8],
  ])(
    '%s: %s of %i bytes, data at %i, %i, %j',
    (type, struct, size, data, dataEnd, dataMeta, width) => {
      expect(contextOf(type)).toMatchObject({ struct, size });
      expect(contextOf(type).packet).toEqual({ data, dataEnd, dataMeta, width });
    },
  );

  it.each([
    ['socket_filter', '__sk_buff', 192],
    ['cgroup_sock', 'bpf_sock', 80],
    ['cgroup_sock_addr', 'bpf_sock_addr', 72],
    ['sk_lookup', 'bpf_sk_lookup', 72],
    ['cgroup_sysctl', 'bpf_sysctl', 8],
    ['cgroup_device', 'bpf_cgroup_dev_ctx', 12],
    ['kprobe', 'pt_regs', 168],
    ['perf_event', 'bpf_perf_event_data', 184],
    ['raw_tracepoint', 'bpf_raw_tracepoint_args', 96],
    ['netfilter', 'bpf_nf_ctx', 16],
    ['lirc_mode2', '__u32', 4],
  ])('%s: %s of %i bytes, no packet', (type, struct, size) => {
    expect(contextOf(type)).toMatchObject({ struct, size, packet: null });
  });

  it.each([
    ['sched_cls', 'mark', 8],
    ['sched_cls', 'protocol', 16],
    ['sched_cls', 'ingress_ifindex', 36],
    ['sched_cls', 'cb', 48],
    ['sched_cls', 'tstamp', 152],
    ['sched_cls', 'sk', 168],
    ['sched_cls', 'hwtstamp', 184],
    ['cgroup_skb', 'local_port', 136],
    ['xdp', 'rx_queue_index', 16],
    ['sk_msg', 'remote_port', 60],
    ['sk_msg', 'size', 68],
    ['sk_reuseport', 'hash', 32],
    ['sk_reuseport', 'migrating_sk', 48],
    ['sock_ops', 'local_port', 68],
    ['sock_ops', 'state', 88],
    ['sock_ops', 'sacked_out', 160],
    ['sock_ops', 'bytes_acked', 176],
    ['sock_ops', 'skb_tcp_flags', 212],
    ['cgroup_sock_addr', 'user_port', 24],
    ['cgroup_sock_addr', 'msg_src_ip6', 44],
    ['cgroup_sockopt', 'retval', 36],
    ['sk_lookup', 'local_ip4', 40],
    ['sk_lookup', 'ingress_ifindex', 64],
    ['cgroup_sock', 'dst_port', 48],
    ['cgroup_sock', 'rx_queue_mapping', 76],
    ['kprobe', 'di', 112],
    ['kprobe', 'ip', 128],
    ['perf_event', 'sample_period', 168],
    ['netfilter', 'skb', 8],
  ])('%s: %s at %i', (type, name, offset) => {
    expect(contextOf(type).fields.find((field) => field.name === name)?.offset).toBe(offset);
  });

  it('bpf_tcp_sock ends with icsk_retransmits at 108', () => {
    expect(linux.objects['tcp-socket'].fields.at(-1)).toMatchObject({
      name: 'icsk_retransmits',
      offset: 108,
    });
  });
});

describe('accesses, as a 6.18 kernel answers them', () => {
  it.each([
    // type, attach type, load or store, width, offset, field that it hits
    ['xdp', null, 'load', 4, 0, 'data'],
    ['xdp', null, 'load', 8, 0, null],
    ['xdp', null, 'load', 2, 12, null],
    ['xdp', null, 'load', 4, 12, 'ingress_ifindex'],
    ['xdp', null, 'store', 4, 16, null],
    ['xdp', 'xdp', 'load', 4, 20, null],
    ['xdp', 'xdp_devmap', 'load', 4, 20, 'egress_ifindex'],
    ['xdp', null, 'load', 4, 24, null],
    ['socket_filter', null, 'load', 4, 76, null],
    ['socket_filter', null, 'load', 1, 3, 'len'],
    ['socket_filter', null, 'store', 4, 8, null],
    ['socket_filter', null, 'store', 1, 49, 'cb'],
    ['sched_cls', null, 'store', 4, 8, 'mark'],
    ['sched_cls', null, 'store', 2, 8, null],
    ['sched_cls', null, 'load', 2, 10, 'mark'],
    ['sched_cls', null, 'load', 4, 88, null],
    ['sched_cls', null, 'load', 1, 180, 'tstamp_type'],
    ['sched_cls', null, 'load', 4, 152, null],
    ['sched_cls', null, 'store', 8, 152, 'tstamp'],
    ['sched_cls', null, 'load', 8, 56, 'cb'],
    ['sched_cls', null, 'load', 8, 64, null],
    ['sched_cls', null, 'store', 4, 76, null],
    ['cgroup_skb', null, 'load', 4, 140, null],
    ['cgroup_skb', null, 'load', 4, 100, 'remote_ip6'],
    ['cgroup_skb', null, 'load', 2, 100, null],
    ['sk_skb', null, 'load', 4, 8, null],
    ['flow_dissector', null, 'load', 8, 144, 'flow_keys'],
    ['flow_dissector', null, 'load', 4, 0, null],
    ['sk_msg', null, 'load', 4, 0, null],
    ['sk_msg', null, 'load', 8, 0, 'data'],
    ['sk_reuseport', null, 'load', 1, 20, null],
    ['sk_reuseport', null, 'load', 2, 22, 'eth_protocol'],
    ['sock_ops', null, 'store', 4, 4, 'reply'],
    ['sock_ops', null, 'store', 4, 8, null],
    ['sock_ops', null, 'load', 2, 212, 'skb_tcp_flags'],
    ['sock_ops', null, 'load', 2, 214, null],
    ['cgroup_sock_addr', 'cgroup_inet4_connect', 'store', 4, 4, 'user_ip4'],
    ['cgroup_sock_addr', 'cgroup_inet6_connect', 'load', 4, 4, null],
    ['cgroup_sock_addr', 'cgroup_inet6_connect', 'store', 8, 8, 'user_ip6'],
    ['cgroup_sock_addr', 'cgroup_udp6_sendmsg', 'load', 8, 48, 'msg_src_ip6'],
    ['cgroup_sock_addr', 'cgroup_udp6_sendmsg', 'load', 8, 56, null],
    ['cgroup_sock', 'cgroup_inet_sock_create', 'store', 4, 16, 'mark'],
    ['cgroup_sock', 'cgroup_inet4_post_bind', 'load', 4, 16, null],
    ['cgroup_sock', 'cgroup_inet4_post_bind', 'load', 4, 48, 'dst_port'],
    ['cgroup_sock', 'cgroup_inet4_post_bind', 'load', 2, 50, null],
    ['cgroup_sock', 'cgroup_inet4_post_bind', 'load', 1, 5, null],
    ['cgroup_sockopt', 'cgroup_getsockopt', 'store', 4, 36, 'retval'],
    ['cgroup_sockopt', 'cgroup_setsockopt', 'store', 4, 36, null],
    ['sk_lookup', null, 'load', 4, 36, 'remote_port'],
    ['sk_lookup', null, 'load', 2, 38, 'remote_port_padding'],
    ['cgroup_sysctl', null, 'store', 4, 4, 'file_pos'],
    ['cgroup_sysctl', null, 'store', 4, 0, null],
    ['cgroup_device', null, 'load', 2, 0, 'access_type'],
    ['cgroup_device', null, 'load', 2, 4, null],
    ['kprobe', null, 'load', 4, 116, 'di'],
    ['kprobe', null, 'store', 8, 112, null],
    ['perf_event', null, 'load', 4, 112, null],
    ['perf_event', null, 'load', 4, 172, 'sample_period'],
    ['tracepoint', null, 'load', 8, 0, null],
    ['tracepoint', null, 'load', 8, 8, 'record'],
    ['raw_tracepoint', null, 'load', 4, 92, 'args'],
    ['raw_tracepoint_writable', null, 'load', 8, 0, 'args[0]'],
    ['syscall', null, 'store', 2, 4094, 'bytes'],
    ['netfilter', null, 'load', 8, 8, 'skb'],
    ['netfilter', null, 'load', 4, 8, null],
    ['xdp', null, 'load', 4, -4, null],
    ['xdp', null, 'load', 4, 2, null],
  ] as const)('%s at %s: %s of %i at %i hits %s', (type, hook, access, width, offset, name) => {
    const field = contextAccess(contextOf(type), offset, width, access, hook);
    expect(field?.name ?? null).toBe(name);
  });

  it.each([
    ['sched_cls', 168, 'sock-common-or-null'],
    ['sk_msg', 72, 'socket'],
    ['sock_ops', 184, 'socket-or-null'],
    ['sk_lookup', 0, 'socket-or-null'],
    ['sk_reuseport', 48, 'sock-common-or-null'],
    ['tracing', 8, 'btf-argument'],
    ['netfilter', 0, 'btf-id'],
  ])('%s at %i loads a %s', (type, offset, kind) => {
    expect(contextAccess(contextOf(type), offset, 8, 'load', null)?.kind).toBe(kind);
  });
});
