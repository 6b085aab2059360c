import { describe, expect, test } from 'vitest';
import { programTypeOfSection, sections } from '../../src/index.ts';

/**
 * Every name of section_defs in src/libbpf.c (libbpf 1.8 development, July 2026): pattern, program
 * type, expected attach type, traits. A target may follow where the pattern ends with `+`.
 */
const TABLE = `
  socket                  socket_filter           -
  sk_reuseport/migrate    sk_reuseport            sk_reuseport_select_or_migrate
  sk_reuseport            sk_reuseport            sk_reuseport_select
  kprobe+                 kprobe                  -
  uprobe+                 kprobe                  -
  uprobe.s+               kprobe                  -                              sleepable
  kretprobe+              kprobe                  -
  uretprobe+              kprobe                  -
  uretprobe.s+            kprobe                  -                              sleepable
  kprobe.multi+           kprobe                  trace_kprobe_multi
  kretprobe.multi+        kprobe                  trace_kprobe_multi
  kprobe.session+         kprobe                  trace_kprobe_session
  uprobe.multi+           kprobe                  trace_uprobe_multi
  uretprobe.multi+        kprobe                  trace_uprobe_multi
  uprobe.session+         kprobe                  trace_uprobe_session
  uprobe.multi.s+         kprobe                  trace_uprobe_multi             sleepable
  uretprobe.multi.s+      kprobe                  trace_uprobe_multi             sleepable
  uprobe.session.s+       kprobe                  trace_uprobe_session           sleepable
  ksyscall+               kprobe                  -
  kretsyscall+            kprobe                  -
  usdt+                   kprobe                  -
  usdt.s+                 kprobe                  -                              sleepable
  tc/ingress              sched_cls               tcx_ingress
  tc/egress               sched_cls               tcx_egress
  tcx/ingress             sched_cls               tcx_ingress
  tcx/egress              sched_cls               tcx_egress
  tc                      sched_cls               -
  classifier              sched_cls               -
  action                  sched_act               -
  netkit/primary          sched_cls               netkit_primary
  netkit/peer             sched_cls               netkit_peer
  tracepoint+             tracepoint              -
  tp+                     tracepoint              -
  tracepoint.s+           tracepoint              -                              sleepable
  tp.s+                   tracepoint              -                              sleepable
  raw_tracepoint+         raw_tracepoint          -
  raw_tp+                 raw_tracepoint          -
  raw_tracepoint.s+       raw_tracepoint          -                              sleepable
  raw_tp.s+               raw_tracepoint          -                              sleepable
  raw_tracepoint.w+       raw_tracepoint_writable -
  raw_tp.w+               raw_tracepoint_writable -
  tp_btf+                 tracing                 trace_raw_tp
  tp_btf.s+               tracing                 trace_raw_tp                   sleepable
  fentry+                 tracing                 trace_fentry
  fmod_ret+               tracing                 modify_return
  fexit+                  tracing                 trace_fexit
  fentry.s+               tracing                 trace_fentry                   sleepable
  fmod_ret.s+             tracing                 modify_return                  sleepable
  fexit.s+                tracing                 trace_fexit                    sleepable
  fsession+               tracing                 trace_fsession
  fsession.s+             tracing                 trace_fsession                 sleepable
  fsession.multi+         tracing                 trace_fsession_multi
  fsession.multi.s+       tracing                 trace_fsession_multi           sleepable
  fentry.multi+           tracing                 trace_fentry_multi
  fexit.multi+            tracing                 trace_fexit_multi
  fentry.multi.s+         tracing                 trace_fentry_multi             sleepable
  fexit.multi.s+          tracing                 trace_fexit_multi              sleepable
  freplace+               ext                     -
  lsm+                    lsm                     lsm_mac
  lsm.s+                  lsm                     lsm_mac                        sleepable
  lsm_cgroup+             lsm                     lsm_cgroup
  iter+                   tracing                 trace_iter
  iter.s+                 tracing                 trace_iter                     sleepable
  syscall                 syscall                 -                              sleepable
  xdp.frags/devmap        xdp                     xdp_devmap                     fragments
  xdp/devmap              xdp                     xdp_devmap
  xdp.frags/cpumap        xdp                     xdp_cpumap                     fragments
  xdp/cpumap              xdp                     xdp_cpumap
  xdp.frags               xdp                     xdp                            fragments
  xdp                     xdp                     xdp
  perf_event              perf_event              -
  lwt_in                  lwt_in                  -
  lwt_out                 lwt_out                 -
  lwt_xmit                lwt_xmit                -
  lwt_seg6local           lwt_seg6local           -
  sockops                 sock_ops                cgroup_sock_ops
  sk_skb/stream_parser    sk_skb                  sk_skb_stream_parser
  sk_skb/stream_verdict   sk_skb                  sk_skb_stream_verdict
  sk_skb/verdict          sk_skb                  sk_skb_verdict
  sk_skb                  sk_skb                  -
  sk_msg                  sk_msg                  sk_msg_verdict
  lirc_mode2              lirc_mode2              lirc_mode2
  flow_dissector          flow_dissector          flow_dissector
  cgroup_skb/ingress      cgroup_skb              cgroup_inet_ingress
  cgroup_skb/egress       cgroup_skb              cgroup_inet_egress
  cgroup/skb              cgroup_skb              -
  cgroup/sock_create      cgroup_sock             cgroup_inet_sock_create
  cgroup/sock_release     cgroup_sock             cgroup_inet_sock_release
  cgroup/sock             cgroup_sock             cgroup_inet_sock_create
  cgroup/post_bind4       cgroup_sock             cgroup_inet4_post_bind
  cgroup/post_bind6       cgroup_sock             cgroup_inet6_post_bind
  cgroup/bind4            cgroup_sock_addr        cgroup_inet4_bind
  cgroup/bind6            cgroup_sock_addr        cgroup_inet6_bind
  cgroup/connect4         cgroup_sock_addr        cgroup_inet4_connect
  cgroup/connect6         cgroup_sock_addr        cgroup_inet6_connect
  cgroup/connect_unix     cgroup_sock_addr        cgroup_unix_connect
  cgroup/sendmsg4         cgroup_sock_addr        cgroup_udp4_sendmsg
  cgroup/sendmsg6         cgroup_sock_addr        cgroup_udp6_sendmsg
  cgroup/sendmsg_unix     cgroup_sock_addr        cgroup_unix_sendmsg
  cgroup/recvmsg4         cgroup_sock_addr        cgroup_udp4_recvmsg
  cgroup/recvmsg6         cgroup_sock_addr        cgroup_udp6_recvmsg
  cgroup/recvmsg_unix     cgroup_sock_addr        cgroup_unix_recvmsg
  cgroup/getpeername4     cgroup_sock_addr        cgroup_inet4_getpeername
  cgroup/getpeername6     cgroup_sock_addr        cgroup_inet6_getpeername
  cgroup/getpeername_unix cgroup_sock_addr        cgroup_unix_getpeername
  cgroup/getsockname4     cgroup_sock_addr        cgroup_inet4_getsockname
  cgroup/getsockname6     cgroup_sock_addr        cgroup_inet6_getsockname
  cgroup/getsockname_unix cgroup_sock_addr        cgroup_unix_getsockname
  cgroup/sysctl           cgroup_sysctl           cgroup_sysctl
  cgroup/getsockopt       cgroup_sockopt          cgroup_getsockopt
  cgroup/setsockopt       cgroup_sockopt          cgroup_setsockopt
  cgroup/dev              cgroup_device           cgroup_device
  struct_ops+             struct_ops              -
  struct_ops.s+           struct_ops              -                              sleepable
  sk_lookup               sk_lookup               sk_lookup
  netfilter               netfilter               netfilter
`;

interface Row {
  readonly pattern: string;
  readonly type: string;
  readonly attachType: string | null;
  readonly traits: readonly string[];
}

const ROWS: readonly Row[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [pattern = '', type = '', attachType = '', ...traits] = line.trim().split(/\s+/);
    return { pattern, type, attachType: attachType === '-' ? null : attachType, traits };
  });

describe('section names of libbpf', () => {
  test('every row of the table has a line here', () => {
    expect(ROWS.length).toBeGreaterThan(110);
    const current = sections.filter(({ traits }) => !traits.includes('legacy'));
    expect(current.map(({ name }) => name)).toEqual(ROWS.map(({ pattern }) => pattern));
  });

  const cases = ROWS.flatMap(
    ({ pattern, ...expected }): [string, string, Omit<Row, 'pattern'>][] =>
      pattern.endsWith('+')
        ? [
            [pattern.slice(0, -1), '', expected],
            [`${pattern.slice(0, -1)}/some/target:with+more`, 'some/target:with+more', expected],
          ]
        : [[pattern, '', expected]],
  );

  test.each(cases)('%s', (name, target, { type, attachType, traits }) => {
    const match = {
      type,
      attachType,
      target,
      sleepable: traits.includes('sleepable'),
      fragments: traits.includes('fragments'),
      match: 'exact',
    };
    expect(programTypeOfSection(name)).toEqual({ ...match, optional: false });
    expect(programTypeOfSection(`?${name}`)).toEqual({ ...match, optional: true });
  });
});
