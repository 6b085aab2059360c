import { deepFreeze } from '../freeze.ts';
import type { ContextDescriptor, ProgramTypeRow } from '../platform.ts';
import type { AttachTypeName } from './attach-types.ts';
import {
  btfArgumentsContext,
  cgroupDeviceContext,
  kprobeContext,
  lircContext,
  perfEventContext,
  rawTracepointContext,
  syscallContext,
  sysctlContext,
  tracepointContext,
  writableTracepointContext,
} from './contexts/kernel.ts';
import {
  netfilterContext,
  skMsgContext,
  skReuseportContext,
  xdpContext,
} from './contexts/packet.ts';
import {
  cgroupSkbContext,
  flowDissectorContext,
  lwtContext,
  skSkbContext,
  socketFilterContext,
  tcContext,
} from './contexts/skb.ts';
import {
  cgroupSockContext,
  skLookupContext,
  sockAddrContext,
  sockOpsContext,
  sockoptContext,
} from './contexts/socket.ts';

/** Program types of Linux 6.18 (enum bpf_prog_type), named as libbpf and bpftool name them. */
export type ProgramTypeName =
  | 'socket_filter'
  | 'kprobe'
  | 'sched_cls'
  | 'sched_act'
  | 'tracepoint'
  | 'xdp'
  | 'perf_event'
  | 'cgroup_skb'
  | 'cgroup_sock'
  | 'lwt_in'
  | 'lwt_out'
  | 'lwt_xmit'
  | 'sock_ops'
  | 'sk_skb'
  | 'cgroup_device'
  | 'sk_msg'
  | 'raw_tracepoint'
  | 'cgroup_sock_addr'
  | 'lwt_seg6local'
  | 'lirc_mode2'
  | 'sk_reuseport'
  | 'flow_dissector'
  | 'cgroup_sysctl'
  | 'raw_tracepoint_writable'
  | 'cgroup_sockopt'
  | 'tracing'
  | 'struct_ops'
  | 'ext'
  | 'lsm'
  | 'sk_lookup'
  | 'syscall'
  | 'netfilter';

interface ProgramTraits {
  readonly attachTypes?: readonly AttachTypeName[];
  readonly needsAttachType?: true;
  readonly attachesByBtf?: true;
  readonly sleepable?: ProgramTypeRow['sleepable'];
  readonly writesPacket?: true;
  readonly legacyPacketLoads?: true;
  readonly inheritsTarget?: true;
}

function programType(
  number: number,
  name: ProgramTypeName,
  since: string,
  context: ContextDescriptor | null,
  traits: ProgramTraits = {},
): ProgramTypeRow<ProgramTypeName> {
  return deepFreeze({
    number,
    name,
    since,
    context,
    attachTypes: traits.attachTypes ?? [],
    needsAttachType: traits.needsAttachType ?? false,
    attachesByBtf: traits.attachesByBtf ?? false,
    sleepable: traits.sleepable ?? 'never',
    writesPacket: traits.writesPacket ?? false,
    legacyPacketLoads: traits.legacyPacketLoads ?? false,
    inheritsTarget: traits.inheritsTarget ?? false,
  });
}

const tcAttachTypes: readonly AttachTypeName[] = [
  'tcx_ingress',
  'tcx_egress',
  'netkit_primary',
  'netkit_peer',
];

/**
 * Every program type of Linux 6.18, ascending. Attach types are those that
 * bpf_prog_load_check_attach (kernel/bpf/syscall.c) demands, or that change what the program may
 * do; `writesPacket` is may_access_direct_pkt_data, `legacyPacketLoads` may_access_skb, `sleepable`
 * can_be_sleepable (kernel/bpf/verifier.c).
 */
export const programTypes: readonly ProgramTypeRow<ProgramTypeName>[] = Object.freeze([
  programType(1, 'socket_filter', '3.19', socketFilterContext, { legacyPacketLoads: true }),
  programType(2, 'kprobe', '4.1', kprobeContext, {
    attachTypes: [
      'trace_kprobe_multi',
      'trace_kprobe_session',
      'trace_uprobe_multi',
      'trace_uprobe_session',
    ],
    sleepable: 'optional',
  }),
  programType(3, 'sched_cls', '4.1', tcContext, {
    attachTypes: tcAttachTypes,
    writesPacket: true,
    legacyPacketLoads: true,
  }),
  programType(4, 'sched_act', '4.1', tcContext, { writesPacket: true, legacyPacketLoads: true }),
  programType(5, 'tracepoint', '4.7', tracepointContext),
  programType(6, 'xdp', '4.8', xdpContext, {
    attachTypes: ['xdp', 'xdp_devmap', 'xdp_cpumap'],
    writesPacket: true,
  }),
  programType(7, 'perf_event', '4.9', perfEventContext, { attachTypes: ['perf_event'] }),
  programType(8, 'cgroup_skb', '4.10', cgroupSkbContext, {
    attachTypes: ['cgroup_inet_ingress', 'cgroup_inet_egress'],
    needsAttachType: true,
  }),
  programType(9, 'cgroup_sock', '4.10', cgroupSockContext, {
    attachTypes: [
      'cgroup_inet_sock_create',
      'cgroup_inet_sock_release',
      'cgroup_inet4_post_bind',
      'cgroup_inet6_post_bind',
    ],
    needsAttachType: true,
  }),
  programType(10, 'lwt_in', '4.10', lwtContext),
  programType(11, 'lwt_out', '4.10', lwtContext),
  programType(12, 'lwt_xmit', '4.10', lwtContext, { writesPacket: true }),
  programType(13, 'sock_ops', '4.13', sockOpsContext, { attachTypes: ['cgroup_sock_ops'] }),
  programType(14, 'sk_skb', '4.14', skSkbContext, {
    attachTypes: ['sk_skb_stream_parser', 'sk_skb_stream_verdict', 'sk_skb_verdict'],
    writesPacket: true,
  }),
  programType(15, 'cgroup_device', '4.15', cgroupDeviceContext, {
    attachTypes: ['cgroup_device'],
  }),
  programType(16, 'sk_msg', '4.17', skMsgContext, {
    attachTypes: ['sk_msg_verdict'],
    writesPacket: true,
  }),
  programType(17, 'raw_tracepoint', '4.17', rawTracepointContext),
  programType(18, 'cgroup_sock_addr', '4.17', sockAddrContext, {
    attachTypes: [
      'cgroup_inet4_bind',
      'cgroup_inet6_bind',
      'cgroup_inet4_connect',
      'cgroup_inet6_connect',
      'cgroup_unix_connect',
      'cgroup_inet4_getpeername',
      'cgroup_inet6_getpeername',
      'cgroup_unix_getpeername',
      'cgroup_inet4_getsockname',
      'cgroup_inet6_getsockname',
      'cgroup_unix_getsockname',
      'cgroup_udp4_sendmsg',
      'cgroup_udp6_sendmsg',
      'cgroup_unix_sendmsg',
      'cgroup_udp4_recvmsg',
      'cgroup_udp6_recvmsg',
      'cgroup_unix_recvmsg',
    ],
    needsAttachType: true,
  }),
  programType(19, 'lwt_seg6local', '4.18', lwtContext),
  programType(20, 'lirc_mode2', '4.18', lircContext, { attachTypes: ['lirc_mode2'] }),
  programType(21, 'sk_reuseport', '4.19', skReuseportContext, {
    attachTypes: ['sk_reuseport_select', 'sk_reuseport_select_or_migrate'],
    needsAttachType: true,
  }),
  programType(22, 'flow_dissector', '4.20', flowDissectorContext, {
    attachTypes: ['flow_dissector'],
  }),
  programType(23, 'cgroup_sysctl', '5.2', sysctlContext, { attachTypes: ['cgroup_sysctl'] }),
  programType(24, 'raw_tracepoint_writable', '5.2', writableTracepointContext),
  programType(25, 'cgroup_sockopt', '5.3', sockoptContext, {
    attachTypes: ['cgroup_getsockopt', 'cgroup_setsockopt'],
    needsAttachType: true,
    writesPacket: true,
  }),
  programType(26, 'tracing', '5.5', btfArgumentsContext, {
    attachTypes: ['trace_raw_tp', 'trace_fentry', 'trace_fexit', 'modify_return', 'trace_iter'],
    needsAttachType: true,
    attachesByBtf: true,
    sleepable: 'optional',
  }),
  programType(27, 'struct_ops', '5.6', btfArgumentsContext, {
    attachesByBtf: true,
    sleepable: 'optional',
  }),
  programType(28, 'ext', '5.6', null, { attachesByBtf: true, inheritsTarget: true }),
  programType(29, 'lsm', '5.7', btfArgumentsContext, {
    attachTypes: ['lsm_mac', 'lsm_cgroup'],
    needsAttachType: true,
    attachesByBtf: true,
    sleepable: 'optional',
  }),
  programType(30, 'sk_lookup', '5.9', skLookupContext, {
    attachTypes: ['sk_lookup'],
    needsAttachType: true,
  }),
  programType(31, 'syscall', '5.14', syscallContext, { sleepable: 'always' }),
  programType(32, 'netfilter', '6.4', netfilterContext, {
    attachTypes: ['netfilter'],
    needsAttachType: true,
  }),
]);

/** Whether a name given by a user is a program type of Linux. */
export function isProgramTypeName(name: string): name is ProgramTypeName {
  return programTypes.some((row) => row.name === name);
}
