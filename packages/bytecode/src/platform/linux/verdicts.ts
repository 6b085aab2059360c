import { deepFreeze } from '../freeze.ts';
import type { VerdictRow } from '../platform.ts';
import type { AttachTypeName } from './attach-types.ts';
import type { ProgramTypeName } from './program-types.ts';

function verdicts(...rows: readonly (readonly [value: number, name: string])[]): VerdictRow[] {
  return rows.map(([value, name]) => ({ value, name }));
}

/** enum xdp_action (include/uapi/linux/bpf.h). */
const xdp = verdicts(
  [0, 'XDP_ABORTED'],
  [1, 'XDP_DROP'],
  [2, 'XDP_PASS'],
  [3, 'XDP_TX'],
  [4, 'XDP_REDIRECT'],
);

/** TC_ACT_* (include/uapi/linux/pkt_cls.h); tcx shares the numbers of UNSPEC (next), OK, SHOT, REDIRECT. */
const tc = verdicts(
  [-1, 'TC_ACT_UNSPEC'],
  [0, 'TC_ACT_OK'],
  [1, 'TC_ACT_RECLASSIFY'],
  [2, 'TC_ACT_SHOT'],
  [3, 'TC_ACT_PIPE'],
  [4, 'TC_ACT_STOLEN'],
  [5, 'TC_ACT_QUEUED'],
  [6, 'TC_ACT_REPEAT'],
  [7, 'TC_ACT_REDIRECT'],
  [8, 'TC_ACT_TRAP'],
);

/** enum bpf_ret_code: lightweight tunnels. */
const lwt = verdicts([0, 'BPF_OK'], [2, 'BPF_DROP'], [7, 'BPF_REDIRECT']);
const lwtXmit = verdicts(
  [0, 'BPF_OK'],
  [2, 'BPF_DROP'],
  [7, 'BPF_REDIRECT'],
  [128, 'BPF_LWT_REROUTE'],
);
const flowDissector = verdicts(
  [0, 'BPF_OK'],
  [2, 'BPF_DROP'],
  [129, 'BPF_FLOW_DISSECTOR_CONTINUE'],
);

/** enum sk_action. */
const socket = verdicts([0, 'SK_DROP'], [1, 'SK_PASS']);

/** include/uapi/linux/netfilter.h; the other verdicts are refused at load. */
const netfilter = verdicts([0, 'NF_DROP'], [1, 'NF_ACCEPT']);

/** cgroup hooks have no constants: 0 refuses (EPERM unless set_retval says otherwise), 1 lets go on. */
const cgroup = verdicts([0, 'deny'], [1, 'allow']);

/** Egress: bit 1 asks the sender to slow down (kernel/bpf/cgroup.c, NET_XMIT_DROP and NET_XMIT_CN). */
const cgroupSkb = verdicts(
  [0, 'deny'],
  [1, 'allow'],
  [2, 'deny, congested'],
  [3, 'allow, congested'],
);

/** Bind hooks: bit 1 skips the check of CAP_NET_BIND_SERVICE. */
const cgroupSockAddr = verdicts(
  [0, 'deny'],
  [1, 'allow'],
  [2, 'deny, any port'],
  [3, 'allow, any port'],
);

const none: readonly VerdictRow[] = [];

/**
 * Names of what a program returns, by program type. Empty where the value is a number by nature:
 * bytes to keep (socket_filter), an error code (lsm), nothing that anyone looks at (tracing).
 */
export const verdictsOf: Readonly<Record<ProgramTypeName, readonly VerdictRow[]>> = deepFreeze({
  socket_filter: none,
  kprobe: none,
  sched_cls: tc,
  sched_act: tc,
  tracepoint: none,
  xdp,
  perf_event: none,
  cgroup_skb: cgroupSkb,
  cgroup_sock: cgroup,
  lwt_in: lwtXmit,
  lwt_out: lwt,
  lwt_xmit: lwtXmit,
  sock_ops: none,
  sk_skb: socket,
  cgroup_device: cgroup,
  sk_msg: socket,
  raw_tracepoint: none,
  cgroup_sock_addr: cgroupSockAddr,
  lwt_seg6local: lwt,
  lirc_mode2: none,
  sk_reuseport: socket,
  flow_dissector: flowDissector,
  cgroup_sysctl: cgroup,
  raw_tracepoint_writable: none,
  cgroup_sockopt: cgroup,
  tracing: none,
  struct_ops: none,
  ext: none,
  lsm: none,
  sk_lookup: socket,
  syscall: none,
  netfilter,
});

/**
 * Name of a verdict, e.g. `XDP_PASS`.
 *
 * @param verdict as the program left it: signed or unsigned 32-bit
 * @returns the signed number as text where it has no name
 */
export function verdictName(programType: string, verdict: number): string {
  const rows = Object.hasOwn(verdictsOf, programType)
    ? verdictsOf[programType as ProgramTypeName]
    : none;
  const value = verdict | 0;
  return rows.find((row) => row.value === value)?.name ?? String(value);
}

type Range = readonly [minimum: number, maximum: number];

const zero: Range = Object.freeze([0, 0]);
const one: Range = Object.freeze([1, 1]);
const zeroOrOne: Range = Object.freeze([0, 1]);
const zeroToThree: Range = Object.freeze([0, 3]);

/** Attach types whose programs must return within a range (check_return_code, verifier.c). */
const returnRanges: Readonly<Partial<Record<AttachTypeName, Range>>> = Object.freeze({
  cgroup_inet_ingress: zeroOrOne,
  cgroup_inet_egress: zeroToThree,
  cgroup_inet_sock_create: zeroOrOne,
  cgroup_inet_sock_release: zeroOrOne,
  cgroup_inet4_post_bind: zeroOrOne,
  cgroup_inet6_post_bind: zeroOrOne,
  cgroup_sock_ops: zeroOrOne,
  cgroup_device: zeroOrOne,
  cgroup_sysctl: zeroOrOne,
  cgroup_getsockopt: zeroOrOne,
  cgroup_setsockopt: zeroOrOne,
  cgroup_inet4_bind: zeroToThree,
  cgroup_inet6_bind: zeroToThree,
  cgroup_inet4_connect: zeroOrOne,
  cgroup_inet6_connect: zeroOrOne,
  cgroup_unix_connect: zeroOrOne,
  cgroup_udp4_sendmsg: zeroOrOne,
  cgroup_udp6_sendmsg: zeroOrOne,
  cgroup_unix_sendmsg: zeroOrOne,
  cgroup_udp4_recvmsg: one,
  cgroup_udp6_recvmsg: one,
  cgroup_unix_recvmsg: one,
  cgroup_inet4_getpeername: one,
  cgroup_inet6_getpeername: one,
  cgroup_unix_getpeername: one,
  cgroup_inet4_getsockname: one,
  cgroup_inet6_getsockname: one,
  cgroup_unix_getsockname: one,
  sk_lookup: zeroOrOne,
  netfilter: zeroOrOne,
  trace_fentry: zero,
  trace_fexit: zero,
  trace_iter: zeroOrOne,
  trace_kprobe_session: zeroOrOne,
  trace_uprobe_session: zeroOrOne,
});

/** Program types whose range does not wait for an attach type. */
const defaultAttachTypes: Readonly<Partial<Record<ProgramTypeName, AttachTypeName>>> =
  Object.freeze({
    cgroup_skb: 'cgroup_inet_ingress',
    sock_ops: 'cgroup_sock_ops',
    cgroup_device: 'cgroup_device',
    cgroup_sysctl: 'cgroup_sysctl',
    sk_lookup: 'sk_lookup',
    netfilter: 'netfilter',
  });

/**
 * What a program may return, inclusive; null: anything. Ranges of lsm and struct_ops programs
 * depend on the hook's BTF and are not here.
 */
export function returnRange(programType: string, attachType: string | null): Range | null {
  const name = attachType ?? own(defaultAttachTypes, programType);
  return (name === undefined ? undefined : own(returnRanges, name)) ?? null;
}

function own<T>(table: Readonly<Partial<Record<string, T>>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
