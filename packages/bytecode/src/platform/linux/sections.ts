import { deepFreeze } from '../freeze.ts';
import type { SectionMatch } from '../platform.ts';
import type { AttachTypeName } from './attach-types.ts';
import type { ProgramTypeName } from './program-types.ts';

type SectionTrait =
  /** BPF_F_SLEEPABLE is set at load. */
  | 'sleepable'
  /** BPF_F_XDP_HAS_FRAGS is set at load. */
  | 'fragments'
  /** Before 1.0, libbpf took every name that begins so (SEC_SLOPPY_PFX). */
  | 'prefixed'
  /** Gone since 1.0. */
  | 'legacy';

/** One line of libbpf's section_defs; `name+` also matches `name/anything`. */
export interface SectionRow {
  readonly name: string;
  readonly programType: ProgramTypeName;
  readonly attachType: AttachTypeName | null;
  readonly traits: readonly SectionTrait[];
}

function row(
  name: string,
  programType: ProgramTypeName,
  attachType: AttachTypeName | null,
  ...traits: SectionTrait[]
): SectionRow {
  return deepFreeze({ name, programType, attachType, traits });
}

/**
 * Section names in libbpf's order (section_defs of src/libbpf.c, libbpf 1.8 development, July 2026);
 * which names were loose prefixes is from libbpf 0.8, the last release that took them.
 */
export const sections: readonly SectionRow[] = Object.freeze([
  row('socket', 'socket_filter', null, 'prefixed'),
  row('sk_reuseport/migrate', 'sk_reuseport', 'sk_reuseport_select_or_migrate', 'prefixed'),
  row('sk_reuseport', 'sk_reuseport', 'sk_reuseport_select', 'prefixed'),
  row('kprobe+', 'kprobe', null),
  row('uprobe+', 'kprobe', null),
  row('uprobe.s+', 'kprobe', null, 'sleepable'),
  row('kretprobe+', 'kprobe', null),
  row('uretprobe+', 'kprobe', null),
  row('uretprobe.s+', 'kprobe', null, 'sleepable'),
  row('kprobe.multi+', 'kprobe', 'trace_kprobe_multi'),
  row('kretprobe.multi+', 'kprobe', 'trace_kprobe_multi'),
  row('kprobe.session+', 'kprobe', 'trace_kprobe_session'),
  row('uprobe.multi+', 'kprobe', 'trace_uprobe_multi'),
  row('uretprobe.multi+', 'kprobe', 'trace_uprobe_multi'),
  row('uprobe.session+', 'kprobe', 'trace_uprobe_session'),
  row('uprobe.multi.s+', 'kprobe', 'trace_uprobe_multi', 'sleepable'),
  row('uretprobe.multi.s+', 'kprobe', 'trace_uprobe_multi', 'sleepable'),
  row('uprobe.session.s+', 'kprobe', 'trace_uprobe_session', 'sleepable'),
  row('ksyscall+', 'kprobe', null),
  row('kretsyscall+', 'kprobe', null),
  row('usdt+', 'kprobe', null),
  row('usdt.s+', 'kprobe', null, 'sleepable'),
  row('tc/ingress', 'sched_cls', 'tcx_ingress'),
  row('tc/egress', 'sched_cls', 'tcx_egress'),
  row('tcx/ingress', 'sched_cls', 'tcx_ingress'),
  row('tcx/egress', 'sched_cls', 'tcx_egress'),
  row('tc', 'sched_cls', null),
  row('classifier', 'sched_cls', null, 'prefixed'),
  row('action', 'sched_act', null, 'prefixed'),
  row('netkit/primary', 'sched_cls', 'netkit_primary'),
  row('netkit/peer', 'sched_cls', 'netkit_peer'),
  row('tracepoint+', 'tracepoint', null),
  row('tp+', 'tracepoint', null),
  row('tracepoint.s+', 'tracepoint', null, 'sleepable'),
  row('tp.s+', 'tracepoint', null, 'sleepable'),
  row('raw_tracepoint+', 'raw_tracepoint', null),
  row('raw_tp+', 'raw_tracepoint', null),
  row('raw_tracepoint.s+', 'raw_tracepoint', null, 'sleepable'),
  row('raw_tp.s+', 'raw_tracepoint', null, 'sleepable'),
  row('raw_tracepoint.w+', 'raw_tracepoint_writable', null),
  row('raw_tp.w+', 'raw_tracepoint_writable', null),
  row('tp_btf+', 'tracing', 'trace_raw_tp'),
  row('tp_btf.s+', 'tracing', 'trace_raw_tp', 'sleepable'),
  row('fentry+', 'tracing', 'trace_fentry'),
  row('fmod_ret+', 'tracing', 'modify_return'),
  row('fexit+', 'tracing', 'trace_fexit'),
  row('fentry.s+', 'tracing', 'trace_fentry', 'sleepable'),
  row('fmod_ret.s+', 'tracing', 'modify_return', 'sleepable'),
  row('fexit.s+', 'tracing', 'trace_fexit', 'sleepable'),
  row('fsession+', 'tracing', 'trace_fsession'),
  row('fsession.s+', 'tracing', 'trace_fsession', 'sleepable'),
  row('fsession.multi+', 'tracing', 'trace_fsession_multi'),
  row('fsession.multi.s+', 'tracing', 'trace_fsession_multi', 'sleepable'),
  row('fentry.multi+', 'tracing', 'trace_fentry_multi'),
  row('fexit.multi+', 'tracing', 'trace_fexit_multi'),
  row('fentry.multi.s+', 'tracing', 'trace_fentry_multi', 'sleepable'),
  row('fexit.multi.s+', 'tracing', 'trace_fexit_multi', 'sleepable'),
  row('freplace+', 'ext', null),
  row('lsm+', 'lsm', 'lsm_mac'),
  row('lsm.s+', 'lsm', 'lsm_mac', 'sleepable'),
  row('lsm_cgroup+', 'lsm', 'lsm_cgroup'),
  row('iter+', 'tracing', 'trace_iter'),
  row('iter.s+', 'tracing', 'trace_iter', 'sleepable'),
  row('syscall', 'syscall', null, 'sleepable'),
  row('xdp.frags/devmap', 'xdp', 'xdp_devmap', 'fragments'),
  row('xdp/devmap', 'xdp', 'xdp_devmap'),
  row('xdp.frags/cpumap', 'xdp', 'xdp_cpumap', 'fragments'),
  row('xdp/cpumap', 'xdp', 'xdp_cpumap'),
  row('xdp.frags', 'xdp', 'xdp', 'fragments'),
  row('xdp_devmap/', 'xdp', 'xdp_devmap', 'legacy'),
  row('xdp_cpumap/', 'xdp', 'xdp_cpumap', 'legacy'),
  row('xdp', 'xdp', 'xdp', 'prefixed'),
  row('perf_event', 'perf_event', null, 'prefixed'),
  row('lwt_in', 'lwt_in', null, 'prefixed'),
  row('lwt_out', 'lwt_out', null, 'prefixed'),
  row('lwt_xmit', 'lwt_xmit', null, 'prefixed'),
  row('lwt_seg6local', 'lwt_seg6local', null, 'prefixed'),
  row('sockops', 'sock_ops', 'cgroup_sock_ops', 'prefixed'),
  row('sk_skb/stream_parser', 'sk_skb', 'sk_skb_stream_parser', 'prefixed'),
  row('sk_skb/stream_verdict', 'sk_skb', 'sk_skb_stream_verdict', 'prefixed'),
  row('sk_skb/verdict', 'sk_skb', 'sk_skb_verdict'),
  row('sk_skb', 'sk_skb', null, 'prefixed'),
  row('sk_msg', 'sk_msg', 'sk_msg_verdict', 'prefixed'),
  row('lirc_mode2', 'lirc_mode2', 'lirc_mode2', 'prefixed'),
  row('flow_dissector', 'flow_dissector', 'flow_dissector', 'prefixed'),
  row('cgroup_skb/ingress', 'cgroup_skb', 'cgroup_inet_ingress', 'prefixed'),
  row('cgroup_skb/egress', 'cgroup_skb', 'cgroup_inet_egress', 'prefixed'),
  row('cgroup/skb', 'cgroup_skb', null, 'prefixed'),
  row('cgroup/sock_create', 'cgroup_sock', 'cgroup_inet_sock_create', 'prefixed'),
  row('cgroup/sock_release', 'cgroup_sock', 'cgroup_inet_sock_release', 'prefixed'),
  row('cgroup/sock', 'cgroup_sock', 'cgroup_inet_sock_create', 'prefixed'),
  row('cgroup/post_bind4', 'cgroup_sock', 'cgroup_inet4_post_bind', 'prefixed'),
  row('cgroup/post_bind6', 'cgroup_sock', 'cgroup_inet6_post_bind', 'prefixed'),
  row('cgroup/bind4', 'cgroup_sock_addr', 'cgroup_inet4_bind', 'prefixed'),
  row('cgroup/bind6', 'cgroup_sock_addr', 'cgroup_inet6_bind', 'prefixed'),
  row('cgroup/connect4', 'cgroup_sock_addr', 'cgroup_inet4_connect', 'prefixed'),
  row('cgroup/connect6', 'cgroup_sock_addr', 'cgroup_inet6_connect', 'prefixed'),
  row('cgroup/connect_unix', 'cgroup_sock_addr', 'cgroup_unix_connect'),
  row('cgroup/sendmsg4', 'cgroup_sock_addr', 'cgroup_udp4_sendmsg', 'prefixed'),
  row('cgroup/sendmsg6', 'cgroup_sock_addr', 'cgroup_udp6_sendmsg', 'prefixed'),
  row('cgroup/sendmsg_unix', 'cgroup_sock_addr', 'cgroup_unix_sendmsg'),
  row('cgroup/recvmsg4', 'cgroup_sock_addr', 'cgroup_udp4_recvmsg', 'prefixed'),
  row('cgroup/recvmsg6', 'cgroup_sock_addr', 'cgroup_udp6_recvmsg', 'prefixed'),
  row('cgroup/recvmsg_unix', 'cgroup_sock_addr', 'cgroup_unix_recvmsg'),
  row('cgroup/getpeername4', 'cgroup_sock_addr', 'cgroup_inet4_getpeername', 'prefixed'),
  row('cgroup/getpeername6', 'cgroup_sock_addr', 'cgroup_inet6_getpeername', 'prefixed'),
  row('cgroup/getpeername_unix', 'cgroup_sock_addr', 'cgroup_unix_getpeername'),
  row('cgroup/getsockname4', 'cgroup_sock_addr', 'cgroup_inet4_getsockname', 'prefixed'),
  row('cgroup/getsockname6', 'cgroup_sock_addr', 'cgroup_inet6_getsockname', 'prefixed'),
  row('cgroup/getsockname_unix', 'cgroup_sock_addr', 'cgroup_unix_getsockname'),
  row('cgroup/sysctl', 'cgroup_sysctl', 'cgroup_sysctl', 'prefixed'),
  row('cgroup/getsockopt', 'cgroup_sockopt', 'cgroup_getsockopt', 'prefixed'),
  row('cgroup/setsockopt', 'cgroup_sockopt', 'cgroup_setsockopt', 'prefixed'),
  row('cgroup/dev', 'cgroup_device', 'cgroup_device', 'prefixed'),
  row('struct_ops+', 'struct_ops', null),
  row('struct_ops.s+', 'struct_ops', null, 'sleepable'),
  row('sk_lookup', 'sk_lookup', 'sk_lookup', 'prefixed'),
  row('netfilter', 'netfilter', 'netfilter'),
]);

/**
 * What libbpf makes of a section name, `?` (do not load unless asked) stripped first. A row matches
 * a name exactly, or, with `+`, also followed by `/…`. Names that libbpf 1.x refuses but earlier
 * releases took by prefix (`xdp_filter`, `socket1`, `classifier/ingress`) come second, marked
 * `legacy`.
 */
export function programTypeOfSection(section: string): SectionMatch<ProgramTypeName> | null {
  const optional = section.startsWith('?');
  const name = optional ? section.slice(1) : section;
  for (const candidate of sections) {
    const target = exactTarget(candidate, name);
    if (target !== null) return matched(candidate, target, optional, 'exact');
  }
  for (const candidate of sections) {
    const target = legacyTarget(candidate, name);
    if (target !== null) return matched(candidate, target, optional, 'legacy');
  }
  return null;
}

function exactTarget({ name: pattern, traits }: SectionRow, name: string): string | null {
  if (traits.includes('legacy')) return null;
  if (!pattern.endsWith('+')) return name === pattern ? '' : null;
  const prefix = pattern.slice(0, -1);
  if (name === prefix) return '';
  return name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : null;
}

function legacyTarget({ name: pattern, traits }: SectionRow, name: string): string | null {
  if (!traits.includes('prefixed') && !traits.includes('legacy')) return null;
  if (!name.startsWith(pattern)) return null;
  const rest = name.slice(pattern.length);
  if (pattern.endsWith('/')) return rest;
  return rest.startsWith('/') ? rest.slice(1) : '';
}

function matched(
  { programType, attachType, traits }: SectionRow,
  target: string,
  optional: boolean,
  match: SectionMatch['match'],
): SectionMatch<ProgramTypeName> {
  return {
    type: programType,
    attachType,
    target,
    optional,
    sleepable: traits.includes('sleepable'),
    fragments: traits.includes('fragments'),
    match,
  };
}
