import type { ProgramTypeName } from '../program-types.ts';

/**
 * Sets of program types that share helpers. Source: the get_func_proto functions of Linux 6.12
 * (kernel/bpf/helpers.c, cgroup.c, bpf_lsm.c, kernel/trace/bpf_trace.c, net/core/filter.c,
 * drivers/media/rc/bpf-lirc.c), brought to 6.18 by asking a 6.18 kernel for each pair of program
 * type and helper. Since 6.16 bpf_base_func_proto holds most helpers that do not look at the
 * context. `ext` is in no set: such a program may call what its target may. That kernel was locked
 * down and without kprobes: probe_write_user, override_return, the trampoline's helpers and lsm are
 * from the sources alone. Not here: helpers that the kernel admits by the attached function (d_path,
 * ima_*, sk_storage_* in tracing, socket options in lsm).
 */

export const tc: readonly ProgramTypeName[] = Object.freeze(['sched_cls', 'sched_act']);

export const lwt: readonly ProgramTypeName[] = Object.freeze([
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'lwt_seg6local',
]);

/** Programs that observe the kernel, whatever their hook. */
export const observers: readonly ProgramTypeName[] = Object.freeze([
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'lsm',
  'syscall',
]);

/** Observers whose arguments are typed by BTF. */
export const btfObservers: readonly ProgramTypeName[] = Object.freeze([
  'tracing',
  'lsm',
  'syscall',
]);

/** bpf_base_func_proto: all but `lirc_mode2`, which has a list of its own. */
export const base: readonly ProgramTypeName[] = Object.freeze([
  'socket_filter',
  'kprobe',
  'sched_cls',
  'sched_act',
  'tracepoint',
  'xdp',
  'perf_event',
  'cgroup_skb',
  'cgroup_sock',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'sock_ops',
  'sk_skb',
  'cgroup_device',
  'sk_msg',
  'raw_tracepoint',
  'cgroup_sock_addr',
  'lwt_seg6local',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_sysctl',
  'raw_tracepoint_writable',
  'cgroup_sockopt',
  'tracing',
  'struct_ops',
  'lsm',
  'sk_lookup',
  'syscall',
  'netfilter',
]);

export const everywhere: readonly ProgramTypeName[] = Object.freeze([...base, 'lirc_mode2']);

/** bpf_perf_event_output and its per-type forms. */
export const perfOutput: readonly ProgramTypeName[] = Object.freeze(
  base.filter(
    (type) =>
      type !== 'sk_reuseport' &&
      type !== 'flow_dissector' &&
      type !== 'struct_ops' &&
      type !== 'netfilter',
  ),
);

/** bpf_sk_base_func_proto and tracing: casts of a socket to its kernel struct. */
export const socketCasts: readonly ProgramTypeName[] = Object.freeze([
  'socket_filter',
  ...tc,
  'xdp',
  'cgroup_skb',
  ...lwt,
  'sock_ops',
  'sk_skb',
  'sk_msg',
  'cgroup_sock_addr',
  'flow_dissector',
  'sk_lookup',
  ...btfObservers,
]);

/** Programs that may look sockets up, and must release them. */
export const socketLookups: readonly ProgramTypeName[] = Object.freeze([
  ...tc,
  'xdp',
  'cgroup_skb',
  'sk_skb',
  'cgroup_sock_addr',
]);

/** cgroup programs that decide with 0 or 1 and may replace the error code. */
export const cgroupVerdicts: readonly ProgramTypeName[] = Object.freeze([
  'cgroup_sock',
  'cgroup_device',
  'cgroup_sock_addr',
  'cgroup_sysctl',
  'cgroup_sockopt',
  'lsm',
]);

export const socketOptions: readonly ProgramTypeName[] = Object.freeze([
  'sock_ops',
  'cgroup_sock_addr',
  'cgroup_sockopt',
  'struct_ops',
  'lsm',
]);

/** Programs that may rewrite a whole packet before it leaves: tc and lwt_xmit. */
export const skbRewriters: readonly ProgramTypeName[] = Object.freeze([...tc, 'lwt_xmit']);

export const cgroupStorage: readonly ProgramTypeName[] = Object.freeze([
  'cgroup_skb',
  'sock_ops',
  ...cgroupVerdicts,
]);
