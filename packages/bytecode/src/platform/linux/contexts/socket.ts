import type { ContextDescriptor, ContextField } from '../../platform.ts';
import type { AttachTypeName } from '../attach-types.ts';
import { any, context, exact, exactRun, field, narrow, pointer, word } from './field.ts';

const createOrRelease: readonly AttachTypeName[] = [
  'cgroup_inet_sock_create',
  'cgroup_inet_sock_release',
];

/** struct bpf_sock; bpf_sock_is_valid_access and __sock_filter_check_attach_type. */
const bpfSock: readonly ContextField[] = [
  exact('bound_dev_if', 0, { stores: word, loadAttachTypes: createOrRelease }),
  narrow('family', 4, { loadsAtStart: true }),
  narrow('type', 8, { loadsAtStart: true }),
  narrow('protocol', 12, { loadsAtStart: true }),
  exact('mark', 16, { stores: word, loadAttachTypes: createOrRelease }),
  exact('priority', 20, { stores: word, loadAttachTypes: createOrRelease }),
  narrow('src_ip4', 24, { loadAttachTypes: ['cgroup_inet4_post_bind'] }),
  field('src_ip6', 28, 16, [1, 2, 4], { loadAttachTypes: ['cgroup_inet6_post_bind'] }),
  narrow('src_port', 44, {
    loadsAtStart: true,
    loadAttachTypes: ['cgroup_inet4_post_bind', 'cgroup_inet6_post_bind'],
  }),
  field('dst_port', 48, 2, [1, 2, 4]),
  narrow('dst_ip4', 52),
  field('dst_ip6', 56, 16, [1, 2, 4]),
  narrow('state', 72, { loadsAtStart: true }),
  narrow('rx_queue_mapping', 76, { loadsAtStart: true }),
];

export const cgroupSockContext: ContextDescriptor = context(
  'bpf_sock',
  80,
  bpfSock.map((each) =>
    each.stores.length === 0 ? each : { ...each, storeAttachTypes: createOrRelease },
  ),
);

/** The same struct behind a socket pointer: read-only, whatever the attach type. */
export const socketObject: ContextDescriptor = context(
  'bpf_sock',
  80,
  bpfSock.map((each) => ({ ...each, stores: [], loadAttachTypes: null })),
);

/** What a `sock-common` pointer allows: no type, protocol, mark, priority. */
export const sockCommonObject: ContextDescriptor = context(
  'bpf_sock',
  80,
  socketObject.fields.filter(
    ({ name }) => !['type', 'protocol', 'mark', 'priority'].includes(name),
  ),
);

/** Counters that bpf_tcp_sock and bpf_sock_ops share, in the order of both. */
const tcpCounters: readonly string[] = [
  'rtt_min',
  'snd_ssthresh',
  'rcv_nxt',
  'snd_nxt',
  'snd_una',
  'mss_cache',
  'ecn_flags',
  'rate_delivered',
  'rate_interval_us',
  'packets_out',
  'retrans_out',
  'total_retrans',
  'segs_in',
  'data_segs_in',
  'segs_out',
  'data_segs_out',
  'lost_out',
  'sacked_out',
];

/** struct bpf_tcp_sock; bpf_tcp_sock_is_valid_access. */
export const tcpSocketObject: ContextDescriptor = context('bpf_tcp_sock', 112, [
  ...exactRun(0, ['snd_cwnd', 'srtt_us', ...tcpCounters]),
  field('bytes_received', 80, 8, [8]),
  field('bytes_acked', 88, 8, [8]),
  ...exactRun(96, ['dsack_dups', 'delivered', 'delivered_ce', 'icsk_retransmits']),
]);

/** struct bpf_xdp_sock: what a look-up in an xskmap points to. */
export const xdpSocketObject: ContextDescriptor = context('bpf_xdp_sock', 4, [
  exact('queue_id', 0),
]);

/** struct bpf_sock_ops; sock_ops_is_valid_access. `reply` is also args[0]. */
export const sockOpsContext: ContextDescriptor = context('bpf_sock_ops', 224, [
  exact('op', 0),
  exact('reply', 4, { stores: word }),
  field('args', 8, 12, word),
  exact('family', 20),
  exact('remote_ip4', 24),
  exact('local_ip4', 28),
  field('remote_ip6', 32, 16, word),
  field('local_ip6', 48, 16, word),
  ...exactRun(64, [
    'remote_port',
    'local_port',
    'is_fullsock',
    'snd_cwnd',
    'srtt_us',
    'bpf_sock_ops_cb_flags',
    'state',
    ...tcpCounters,
  ]),
  exact('sk_txhash', 164, { stores: word }),
  field('bytes_received', 168, 8, [8]),
  field('bytes_acked', 176, 8, [8]),
  pointer('sk', 184, 'socket-or-null'),
  pointer('skb_data', 192, 'packet'),
  pointer('skb_data_end', 200, 'packet-end'),
  exact('skb_len', 208),
  narrow('skb_tcp_flags', 212, { loadsAtStart: true }),
  field('skb_hwtstamp', 216, 8, [8]),
]);

const hooks4: readonly AttachTypeName[] = [
  'cgroup_inet4_bind',
  'cgroup_inet4_connect',
  'cgroup_inet4_getpeername',
  'cgroup_inet4_getsockname',
  'cgroup_udp4_sendmsg',
  'cgroup_udp4_recvmsg',
];
const hooks6: readonly AttachTypeName[] = [
  'cgroup_inet6_bind',
  'cgroup_inet6_connect',
  'cgroup_inet6_getpeername',
  'cgroup_inet6_getsockname',
  'cgroup_udp6_sendmsg',
  'cgroup_udp6_recvmsg',
];

function address(name: string, offset: number, hooks: readonly AttachTypeName[]): ContextField {
  return narrow(name, offset, { stores: word, loadAttachTypes: hooks, storeAttachTypes: hooks });
}

/** Four words, also accessible as aligned double words (bpf_ctx_wide_access_ok). */
function address6(name: string, offset: number, hooks: readonly AttachTypeName[]): ContextField {
  return field(name, offset, 16, any, {
    stores: [4, 8],
    loadAttachTypes: hooks,
    storeAttachTypes: hooks,
  });
}

/** struct bpf_sock_addr; sock_addr_is_valid_access. */
export const sockAddrContext: ContextDescriptor = context('bpf_sock_addr', 72, [
  exact('user_family', 0),
  address('user_ip4', 4, hooks4),
  address6('user_ip6', 8, hooks6),
  narrow('user_port', 24, { stores: word }),
  exact('family', 28),
  exact('type', 32),
  exact('protocol', 36),
  address('msg_src_ip4', 40, ['cgroup_udp4_sendmsg']),
  address6('msg_src_ip6', 44, ['cgroup_udp6_sendmsg']),
  pointer('sk', 64, 'socket'),
]);

/** struct bpf_sockopt; cg_sockopt_is_valid_access (kernel/bpf/cgroup.c). */
export const sockoptContext: ContextDescriptor = context('bpf_sockopt', 40, [
  pointer('sk', 0, 'socket'),
  pointer('optval', 8, 'packet'),
  pointer('optval_end', 16, 'packet-end'),
  exact('level', 24, { stores: word, storeAttachTypes: ['cgroup_setsockopt'] }),
  exact('optname', 28, { stores: word, storeAttachTypes: ['cgroup_setsockopt'] }),
  exact('optlen', 32, { stores: word }),
  exact('retval', 36, {
    stores: word,
    loadAttachTypes: ['cgroup_getsockopt'],
    storeAttachTypes: ['cgroup_getsockopt'],
  }),
]);

/** struct bpf_sk_lookup; sk_lookup_is_valid_access. */
export const skLookupContext: ContextDescriptor = context('bpf_sk_lookup', 72, [
  pointer('sk', 0, 'socket-or-null'),
  narrow('family', 8),
  narrow('protocol', 12),
  narrow('remote_ip4', 16),
  field('remote_ip6', 20, 16, [1, 2, 4]),
  field('remote_port', 36, 2, [1, 2, 4]),
  field('remote_port_padding', 38, 2, [1, 2]),
  narrow('local_ip4', 40),
  field('local_ip6', 44, 16, [1, 2, 4]),
  narrow('local_port', 60),
  narrow('ingress_ifindex', 64),
]);
