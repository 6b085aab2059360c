import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attachTypes, linux, programTypeOfSection, sections } from '../../src/index.ts';

describe('names that libbpf 1.x takes', () => {
  it.each([
    ['xdp', 'xdp', 'xdp', ''],
    ['xdp.frags', 'xdp', 'xdp', ''],
    ['xdp/devmap', 'xdp', 'xdp_devmap', ''],
    ['xdp.frags/cpumap', 'xdp', 'xdp_cpumap', ''],
    ['tc', 'sched_cls', null, ''],
    ['tc/ingress', 'sched_cls', 'tcx_ingress', ''],
    ['tcx/ingress', 'sched_cls', 'tcx_ingress', ''],
    ['tcx/egress', 'sched_cls', 'tcx_egress', ''],
    ['netkit/primary', 'sched_cls', 'netkit_primary', ''],
    ['netkit/peer', 'sched_cls', 'netkit_peer', ''],
    ['classifier', 'sched_cls', null, ''],
    ['action', 'sched_act', null, ''],
    ['socket', 'socket_filter', null, ''],
    ['kprobe/do_unlinkat', 'kprobe', null, 'do_unlinkat'],
    ['kprobe', 'kprobe', null, ''],
    ['kretprobe/do_unlinkat', 'kprobe', null, 'do_unlinkat'],
    ['kprobe.multi/tcp_*', 'kprobe', 'trace_kprobe_multi', 'tcp_*'],
    ['kprobe.session/f', 'kprobe', 'trace_kprobe_session', 'f'],
    ['ksyscall/nanosleep', 'kprobe', null, 'nanosleep'],
    ['kretsyscall/nanosleep', 'kprobe', null, 'nanosleep'],
    ['uprobe//bin/bash:readline', 'kprobe', null, '/bin/bash:readline'],
    ['uretprobe.s/x', 'kprobe', null, 'x'],
    ['uprobe.multi.s/x', 'kprobe', 'trace_uprobe_multi', 'x'],
    ['uprobe.session/x', 'kprobe', 'trace_uprobe_session', 'x'],
    ['usdt/libc:x:y', 'kprobe', null, 'libc:x:y'],
    ['tracepoint/sched/sched_switch', 'tracepoint', null, 'sched/sched_switch'],
    ['tp/sched/sched_switch', 'tracepoint', null, 'sched/sched_switch'],
    ['raw_tp/sys_enter', 'raw_tracepoint', null, 'sys_enter'],
    ['raw_tracepoint/sys_enter', 'raw_tracepoint', null, 'sys_enter'],
    ['raw_tp.w/nbd_send_request', 'raw_tracepoint_writable', null, 'nbd_send_request'],
    ['tp_btf/task_newtask', 'tracing', 'trace_raw_tp', 'task_newtask'],
    ['fentry/tcp_connect', 'tracing', 'trace_fentry', 'tcp_connect'],
    ['fexit.s/f', 'tracing', 'trace_fexit', 'f'],
    ['fmod_ret/f', 'tracing', 'modify_return', 'f'],
    ['freplace/f', 'ext', null, 'f'],
    ['lsm/file_open', 'lsm', 'lsm_mac', 'file_open'],
    ['lsm_cgroup/socket_bind', 'lsm', 'lsm_cgroup', 'socket_bind'],
    ['iter/task', 'tracing', 'trace_iter', 'task'],
    ['iter.s/task', 'tracing', 'trace_iter', 'task'],
    ['syscall', 'syscall', null, ''],
    ['perf_event', 'perf_event', null, ''],
    ['lwt_in', 'lwt_in', null, ''],
    ['lwt_seg6local', 'lwt_seg6local', null, ''],
    ['sockops', 'sock_ops', 'cgroup_sock_ops', ''],
    ['sk_skb/stream_parser', 'sk_skb', 'sk_skb_stream_parser', ''],
    ['sk_skb/stream_verdict', 'sk_skb', 'sk_skb_stream_verdict', ''],
    ['sk_skb', 'sk_skb', null, ''],
    ['sk_msg', 'sk_msg', 'sk_msg_verdict', ''],
    ['sk_reuseport/migrate', 'sk_reuseport', 'sk_reuseport_select_or_migrate', ''],
    ['sk_lookup', 'sk_lookup', 'sk_lookup', ''],
    ['flow_dissector', 'flow_dissector', 'flow_dissector', ''],
    ['cgroup_skb/ingress', 'cgroup_skb', 'cgroup_inet_ingress', ''],
    ['cgroup/skb', 'cgroup_skb', null, ''],
    ['cgroup/sock_create', 'cgroup_sock', 'cgroup_inet_sock_create', ''],
    ['cgroup/post_bind4', 'cgroup_sock', 'cgroup_inet4_post_bind', ''],
    ['cgroup/bind6', 'cgroup_sock_addr', 'cgroup_inet6_bind', ''],
    ['cgroup/connect_unix', 'cgroup_sock_addr', 'cgroup_unix_connect', ''],
    ['cgroup/sysctl', 'cgroup_sysctl', 'cgroup_sysctl', ''],
    ['cgroup/getsockopt', 'cgroup_sockopt', 'cgroup_getsockopt', ''],
    ['cgroup/dev', 'cgroup_device', 'cgroup_device', ''],
    ['struct_ops/init', 'struct_ops', null, 'init'],
    ['struct_ops.s/init', 'struct_ops', null, 'init'],
    ['lirc_mode2', 'lirc_mode2', 'lirc_mode2', ''],
    ['netfilter', 'netfilter', 'netfilter', ''],
  ])('%s is %s, %s, %s', (section, type, attachType, target) => {
    expect(programTypeOfSection(section)).toMatchObject({
      type,
      attachType,
      target,
      match: 'exact',
      optional: false,
    });
    expect(programTypeOfSection(`?${section}`)).toMatchObject({ type, optional: true });
  });
});

describe('names that only libbpf before 1.0 takes', () => {
  it.each([
    ['xdp_filter', 'xdp', 'xdp', ''],
    ['xdp_devmap/redirect', 'xdp', 'xdp_devmap', 'redirect'],
    ['xdp1', 'xdp', 'xdp', ''],
    ['xdp_prog/0', 'xdp', 'xdp', ''],
    ['xdp/filter', 'xdp', 'xdp', 'filter'],
    ['classifier/ingress', 'sched_cls', null, 'ingress'],
    ['action_mark', 'sched_act', null, ''],
    ['socket1', 'socket_filter', null, ''],
    ['socket/2', 'socket_filter', null, '2'],
    ['socket_filter', 'socket_filter', null, ''],
    ['cgroup/sock1', 'cgroup_sock', 'cgroup_inet_sock_create', ''],
    ['cgroup/skb/1', 'cgroup_skb', null, '1'],
    ['perf_event/cycles', 'perf_event', null, 'cycles'],
    ['lwt_xmit_test', 'lwt_xmit', null, ''],
  ])('%s is %s, %s, %s', (section, type, attachType, target) => {
    expect(programTypeOfSection(section)).toMatchObject({
      type,
      attachType,
      target,
      match: 'legacy',
    });
  });
});

describe('names that say nothing', () => {
  it.each([
    '',
    '?',
    '.text',
    'tc_mark',
    'tcx',
    'kprobes/x',
    'kprobe_x',
    'tracepoints/x',
    'fentryx',
    'from-netdev',
    '2/7',
    'bind',
    'maps',
    'XDP',
    ' xdp',
    '??xdp',
    'constructor',
  ])('%j', (section) => {
    expect(programTypeOfSection(section)).toBeNull();
  });
});

describe('traits', () => {
  it.each([
    ['lsm.s/f', true, false],
    ['lsm/f', false, false],
    ['uprobe.s/f', true, false],
    ['syscall', true, false],
    ['xdp.frags', false, true],
    ['xdp', false, false],
  ])('%s sleeps: %s, takes fragments: %s', (section, sleepable, fragments) => {
    expect(programTypeOfSection(section)).toMatchObject({ sleepable, fragments });
  });

  it('every row names a program type and an attach type that exist', () => {
    expect(sections.length).toBeGreaterThan(100);
    for (const { programType, attachType } of sections) {
      expect(linux.programTypeByName(programType)).toBeDefined();
      if (attachType !== null) expect(attachTypes[attachType]).toBeTypeOf('number');
    }
  });
});

const suites = process.env['ANYBPF_SUITES'];

describe('the sections of the sample objects', () => {
  /** Sections whose name alone says nothing: tail calls by index, hooks named by their project. */
  const silent = new Set([
    '',
    '.text',
    'clone_redirect_recv',
    'clone_redirect_xmit',
    'drop_non_tun_vip',
    'filter',
    'from-container',
    'from-netdev',
    'from-overlay',
    'ingress_redirect',
    'l2_to_ip6tun_ingress_redirect',
    'l2_to_iptun_ingress_forward',
    'l2_to_iptun_ingress_redirect',
    'len_hist',
    'loadbalancer',
    'redirect_recv',
    'redirect_xmit',
    'tc_mark',
    'tc_vlan_push',
    'test',
    'test_md',
  ]);
  /** Cilium's tail calls `map/slot`; hooks of eBPF for Windows. */
  const silentPatterns = [/^[12]\/(\d+|0x1010)$/, /^bind(\/\d+)?$/, /^cgroup\/recv_accept[46]$/];

  it('all but the listed ones have a type', (context) => {
    context.skip(suites === undefined, 'needs the outside suites, in the folder ANYBPF_SUITES');
    const table = readFileSync(join(suites ?? '', 'ebpf-samples/prevail-verdicts.tsv'), 'utf8');
    const names = new Set(
      table
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t')[1] ?? ''),
    );
    expect(names.size).toBeGreaterThan(150);
    const untyped = [...names].filter((name) => programTypeOfSection(name) === null);
    const unexpected = untyped.filter(
      (name) => !silent.has(name) && !silentPatterns.some((pattern) => pattern.test(name)),
    );
    expect(unexpected).toEqual([]);
    for (const name of silent) expect(untyped).toContain(name);
  });
});
