import type { HelperRow } from '../../platform.ts';
import type { AttachTypeName } from '../attach-types.ts';
import {
  anything,
  btf,
  btfSock,
  btfSockOrNull,
  ctx,
  ctxOrNull,
  map,
  mapKey,
  memReadonly,
  memReadwrite,
  memSize,
  memSizeOrZero,
  memUninit,
  releasedBtfSock,
  sockCommon,
  socketOrNull,
} from './arguments.ts';
import {
  btfObservers,
  cgroupVerdicts,
  socketCasts,
  socketLookups,
  socketOptions,
  tc,
} from './program-sets.ts';
import { helper } from './row.ts';

/** bpf_sock_addr hooks whose error code a program may replace (cgroup_common_func_proto). */
const setsRetval: readonly AttachTypeName[] = [
  'cgroup_inet4_bind',
  'cgroup_inet6_bind',
  'cgroup_inet4_connect',
  'cgroup_inet6_connect',
  'cgroup_unix_connect',
  'cgroup_udp4_sendmsg',
  'cgroup_udp6_sendmsg',
  'cgroup_unix_sendmsg',
];

/** Sockets, TCP options, socket maps and cgroup hooks. */
export const socketHelpers: readonly HelperRow[] = Object.freeze([
  helper(
    46,
    'get_socket_cookie',
    '4.12',
    [ctx],
    'integer',
    [
      ...btfObservers,
      ...tc,
      'socket_filter',
      'cgroup_skb',
      'cgroup_sock',
      'sock_ops',
      'sk_skb',
      'cgroup_sock_addr',
      'sk_reuseport',
    ],
    { variants: [{ programTypes: btfObservers, arguments: [btfSockOrNull] }] },
  ),
  helper(47, 'get_socket_uid', '4.12', [ctx], 'integer', [
    ...tc,
    'socket_filter',
    'cgroup_skb',
    'sk_skb',
  ]),
  helper(
    49,
    'setsockopt',
    '4.13',
    [ctx, anything, anything, memReadonly, memSize],
    'integer',
    socketOptions,
    {
      variants: [
        {
          programTypes: ['cgroup_sockopt', 'struct_ops', 'lsm'],
          arguments: [btfSock, anything, anything, memReadonly, memSize],
        },
      ],
      attachTypes: { cgroup_sockopt: ['cgroup_setsockopt'], lsm: ['lsm_cgroup'] },
    },
  ),
  helper(52, 'sk_redirect_map', '4.14', [ctx, map, anything, anything], 'integer', ['sk_skb'], {
    mapTypes: ['sockmap'],
  }),
  helper(53, 'sock_map_update', '4.14', [ctx, map, mapKey, anything], 'integer', ['sock_ops'], {
    mapTypes: ['sockmap'],
    packetAccess: true,
  }),
  helper(
    57,
    'getsockopt',
    '4.15',
    [ctx, anything, anything, memUninit, memSize],
    'integer',
    socketOptions,
    {
      variants: [
        {
          programTypes: ['cgroup_sockopt', 'struct_ops', 'lsm'],
          arguments: [btfSock, anything, anything, memUninit, memSize],
        },
      ],
      attachTypes: { cgroup_sockopt: ['cgroup_setsockopt'], lsm: ['lsm_cgroup'] },
    },
  ),
  helper(59, 'sock_ops_cb_flags_set', '4.16', [ctx, anything], 'integer', ['sock_ops']),
  helper(60, 'msg_redirect_map', '4.17', [ctx, map, anything, anything], 'integer', ['sk_msg'], {
    mapTypes: ['sockmap'],
  }),
  helper(61, 'msg_apply_bytes', '4.17', [ctx, anything], 'integer', ['sk_msg']),
  helper(62, 'msg_cork_bytes', '4.17', [ctx, anything], 'integer', ['sk_msg']),
  helper(63, 'msg_pull_data', '4.17', [ctx, anything, anything, anything], 'integer', ['sk_msg'], {
    invalidatesPackets: true,
  }),
  helper(64, 'bind', '4.17', [ctx, memReadonly, memSize], 'integer', ['cgroup_sock_addr'], {
    attachTypes: { cgroup_sock_addr: ['cgroup_inet4_connect', 'cgroup_inet6_connect'] },
  }),
  helper(70, 'sock_hash_update', '4.18', [ctx, map, mapKey, anything], 'integer', ['sock_ops'], {
    mapTypes: ['sockhash'],
    packetAccess: true,
  }),
  helper(71, 'msg_redirect_hash', '4.18', [ctx, map, mapKey, anything], 'integer', ['sk_msg'], {
    mapTypes: ['sockhash'],
  }),
  helper(72, 'sk_redirect_hash', '4.18', [ctx, map, mapKey, anything], 'integer', ['sk_skb'], {
    mapTypes: ['sockhash'],
  }),
  helper(
    82,
    'sk_select_reuseport',
    '4.19',
    [ctx, map, mapKey, anything],
    'integer',
    ['sk_reuseport'],
    { mapTypes: ['reuseport_sockarray', 'sockmap', 'sockhash'] },
  ),
  helper(
    84,
    'sk_lookup_tcp',
    '4.20',
    [ctx, memReadonly, memSizeOrZero, anything, anything],
    'socket-or-null',
    socketLookups,
    { packetAccess: true, acquires: true },
  ),
  helper(
    85,
    'sk_lookup_udp',
    '4.20',
    [ctx, memReadonly, memSizeOrZero, anything, anything],
    'socket-or-null',
    socketLookups,
    { packetAccess: true, acquires: true },
  ),
  helper(86, 'sk_release', '4.20', [releasedBtfSock], 'integer', [...socketLookups, 'sk_lookup']),
  helper(90, 'msg_push_data', '4.20', [ctx, anything, anything, anything], 'integer', ['sk_msg'], {
    invalidatesPackets: true,
  }),
  helper(91, 'msg_pop_data', '5.0', [ctx, anything, anything, anything], 'integer', ['sk_msg'], {
    invalidatesPackets: true,
  }),
  helper(95, 'sk_fullsock', '5.1', [sockCommon], 'socket-or-null', [...tc, 'cgroup_skb']),
  helper(96, 'tcp_sock', '5.1', [sockCommon], 'tcp-socket-or-null', [
    ...tc,
    'cgroup_skb',
    'sock_ops',
    'cgroup_sockopt',
  ]),
  helper(98, 'get_listener_sock', '5.1', [sockCommon], 'socket-or-null', [...tc, 'cgroup_skb']),
  helper(
    99,
    'skc_lookup_tcp',
    '5.2',
    [ctx, memReadonly, memSizeOrZero, anything, anything],
    'sock-common-or-null',
    socketLookups,
    { packetAccess: true, acquires: true },
  ),
  helper(
    100,
    'tcp_check_syncookie',
    '5.2',
    [btfSock, memReadonly, memSize, memReadonly, memSize],
    'integer',
    [...tc, 'xdp'],
    { gplOnly: true, packetAccess: true },
  ),
  helper(101, 'sysctl_get_name', '5.2', [ctx, memReadwrite, memSize, anything], 'integer', [
    'cgroup_sysctl',
  ]),
  helper(102, 'sysctl_get_current_value', '5.2', [ctx, memUninit, memSize], 'integer', [
    'cgroup_sysctl',
  ]),
  helper(103, 'sysctl_get_new_value', '5.2', [ctx, memUninit, memSize], 'integer', [
    'cgroup_sysctl',
  ]),
  helper(104, 'sysctl_set_new_value', '5.2', [ctx, memReadonly, memSize], 'integer', [
    'cgroup_sysctl',
  ]),
  helper(
    110,
    'tcp_gen_syncookie',
    '5.3',
    [btfSock, memReadonly, memSize, memReadonly, memSize],
    'integer',
    [...tc, 'xdp'],
    { gplOnly: true, packetAccess: true },
  ),
  helper(116, 'tcp_send_ack', '5.6', [btf('tcp_sock'), anything], 'integer', ['struct_ops']),
  helper(122, 'get_netns_cookie', '5.7', [ctxOrNull], 'integer', [
    ...tc,
    'socket_filter',
    'cgroup_skb',
    'cgroup_sock',
    'sock_ops',
    'sk_msg',
    'cgroup_sock_addr',
    'cgroup_sockopt',
  ]),
  helper(124, 'sk_assign', '5.7', [ctx, btfSock, anything], 'integer', [...tc, 'sk_lookup'], {
    variants: [{ programTypes: ['sk_lookup'], arguments: [ctx, socketOrNull, anything] }],
  }),
  helper(128, 'sk_cgroup_id', '5.8', [btfSock], 'integer', ['cgroup_skb']),
  helper(129, 'sk_ancestor_cgroup_id', '5.8', [btfSock, anything], 'integer', ['cgroup_skb']),
  helper(136, 'skc_to_tcp6_sock', '5.9', [btfSock], 'btf-id-or-null', socketCasts, {
    returnBtfType: 'tcp6_sock',
  }),
  helper(137, 'skc_to_tcp_sock', '5.9', [btfSock], 'btf-id-or-null', socketCasts, {
    returnBtfType: 'tcp_sock',
  }),
  helper(138, 'skc_to_tcp_timewait_sock', '5.9', [btfSock], 'btf-id-or-null', socketCasts, {
    returnBtfType: 'tcp_timewait_sock',
  }),
  helper(139, 'skc_to_tcp_request_sock', '5.9', [btfSock], 'btf-id-or-null', socketCasts, {
    returnBtfType: 'tcp_request_sock',
  }),
  helper(140, 'skc_to_udp6_sock', '5.9', [btfSock], 'btf-id-or-null', socketCasts, {
    returnBtfType: 'udp6_sock',
  }),
  helper(142, 'load_hdr_opt', '5.10', [ctx, memReadwrite, memSize, anything], 'integer', [
    'sock_ops',
  ]),
  helper(
    143,
    'store_hdr_opt',
    '5.10',
    [ctx, memReadonly, memSize, anything],
    'integer',
    ['sock_ops'],
    { invalidatesPackets: true },
  ),
  helper(144, 'reserve_hdr_opt', '5.10', [ctx, anything, anything], 'integer', ['sock_ops']),
  helper(178, 'skc_to_unix_sock', '5.16', [btfSock], 'btf-id-or-null', socketCasts, {
    returnBtfType: 'unix_sock',
  }),
  helper(186, 'get_retval', '5.18', [], 'integer', cgroupVerdicts, {
    attachTypes: { cgroup_sock_addr: setsRetval, lsm: ['lsm_cgroup'] },
  }),
  helper(187, 'set_retval', '5.18', [anything], 'integer', cgroupVerdicts, {
    attachTypes: { cgroup_sock_addr: setsRetval, lsm: ['lsm_cgroup'] },
  }),
  helper(196, 'skc_to_mptcp_sock', '5.19', [sockCommon], 'btf-id-or-null', socketCasts, {
    returnBtfType: 'mptcp_sock',
  }),
]);
