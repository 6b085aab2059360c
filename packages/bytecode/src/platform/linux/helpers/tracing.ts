import type { HelperRow } from '../../platform.ts';
import {
  anything,
  btf,
  callback,
  ctx,
  fixed,
  map,
  memReadonly,
  memReadonlyOrNull,
  memReadwrite,
  memReadwriteOrNull,
  memSize,
  memSizeOrZero,
  memUninit,
  stackOrNull,
} from './arguments.ts';
import { base, btfObservers, observers, perfOutput } from './program-sets.ts';
import { type HelperTraits, helper } from './row.ts';

/** Programs that a trampoline calls (bpf_prog_has_trampoline). */
const trampolines: NonNullable<HelperTraits['attachTypes']> = {
  tracing: ['trace_fentry', 'trace_fexit', 'modify_return'],
  lsm: ['lsm_mac'],
};

/** Observation of the kernel: probes, perf events, stacks, tasks, security hooks. */
export const tracingHelpers: readonly HelperRow[] = Object.freeze([
  helper(4, 'probe_read', '4.1', [memUninit, memSizeOrZero, anything], 'integer', observers, {
    gplOnly: true,
  }),
  helper(14, 'get_current_pid_tgid', '4.2', [], 'integer', base),
  helper(15, 'get_current_uid_gid', '4.2', [], 'integer', base),
  helper(16, 'get_current_comm', '4.2', [memUninit, memSize], 'integer', base),
  helper(22, 'perf_event_read', '4.3', [map, anything], 'integer', base, {
    mapTypes: ['perf_event_array'],
    gplOnly: true,
  }),
  helper(
    25,
    'perf_event_output',
    '4.4',
    [ctx, map, anything, memReadonly, memSizeOrZero],
    'integer',
    perfOutput,
    { mapTypes: ['perf_event_array'], gplOnly: true },
  ),
  helper(27, 'get_stackid', '4.6', [ctx, map, anything], 'integer', observers, {
    mapTypes: ['stack_trace'],
    gplOnly: true,
  }),
  helper(35, 'get_current_task', '4.8', [], 'integer', base, { gplOnly: true }),
  helper(36, 'probe_write_user', '4.8', [anything, memReadonly, memSize], 'integer', observers, {
    gplOnly: true,
  }),
  helper(37, 'current_task_under_cgroup', '4.9', [map, anything], 'integer', base, {
    mapTypes: ['cgroup_array'],
  }),
  helper(45, 'probe_read_str', '4.11', [memUninit, memSizeOrZero, anything], 'integer', observers, {
    gplOnly: true,
  }),
  helper(
    55,
    'perf_event_read_value',
    '4.15',
    [map, anything, memUninit, memSize],
    'integer',
    base,
    { mapTypes: ['perf_event_array'], gplOnly: true },
  ),
  helper(56, 'perf_prog_read_value', '4.15', [ctx, memUninit, memSize], 'integer', ['perf_event'], {
    gplOnly: true,
  }),
  helper(58, 'override_return', '4.16', [ctx, anything], 'integer', ['kprobe'], { gplOnly: true }),
  helper(67, 'get_stack', '4.18', [ctx, memUninit, memSizeOrZero, anything], 'integer', observers, {
    gplOnly: true,
  }),
  helper(80, 'get_current_cgroup_id', '4.18', [], 'integer', base),
  helper(109, 'send_signal', '5.3', [anything], 'integer', base),
  helper(
    111,
    'skb_output',
    '5.5',
    [btf('sk_buff'), map, anything, memReadonly, memSizeOrZero],
    'integer',
    btfObservers,
    { mapTypes: ['perf_event_array'], gplOnly: true },
  ),
  helper(112, 'probe_read_user', '5.5', [memUninit, memSizeOrZero, anything], 'integer', base, {
    gplOnly: true,
  }),
  helper(113, 'probe_read_kernel', '5.5', [memUninit, memSizeOrZero, anything], 'integer', base, {
    gplOnly: true,
  }),
  helper(114, 'probe_read_user_str', '5.5', [memUninit, memSizeOrZero, anything], 'integer', base, {
    gplOnly: true,
  }),
  helper(
    115,
    'probe_read_kernel_str',
    '5.5',
    [memUninit, memSizeOrZero, anything],
    'integer',
    base,
    { gplOnly: true },
  ),
  helper(117, 'send_signal_thread', '5.6', [anything], 'integer', base),
  helper(
    119,
    'read_branch_records',
    '5.7',
    [ctx, memReadwriteOrNull, memSizeOrZero, anything],
    'integer',
    ['perf_event'],
    { gplOnly: true },
  ),
  helper(
    120,
    'get_ns_current_pid_tgid',
    '5.7',
    [anything, anything, memUninit, memSize],
    'integer',
    base,
  ),
  helper(
    121,
    'xdp_output',
    '5.7',
    [btf('xdp_buff'), map, anything, memReadonly, memSizeOrZero],
    'integer',
    btfObservers,
    { mapTypes: ['perf_event_array'], gplOnly: true },
  ),
  helper(123, 'get_current_ancestor_cgroup_id', '5.7', [anything], 'integer', base),
  helper(
    126,
    'seq_printf',
    '5.8',
    [btf('seq_file'), memReadonly, memSize, memReadonlyOrNull, memSizeOrZero],
    'integer',
    ['tracing'],
    { attachTypes: { tracing: ['trace_iter'] }, gplOnly: true },
  ),
  helper(
    127,
    'seq_write',
    '5.8',
    [btf('seq_file'), memReadonly, memSizeOrZero],
    'integer',
    ['tracing'],
    { attachTypes: { tracing: ['trace_iter'] }, gplOnly: true },
  ),
  helper(
    141,
    'get_task_stack',
    '5.9',
    [btf('task_struct'), memUninit, memSizeOrZero, anything],
    'integer',
    base,
  ),
  helper(
    147,
    'd_path',
    '5.10',
    [btf('path'), memReadwrite, memSizeOrZero],
    'integer',
    btfObservers,
  ),
  helper(148, 'copy_from_user', '5.10', [memUninit, memSizeOrZero, anything], 'integer', base, {
    mightSleep: true,
  }),
  helper(
    150,
    'seq_printf_btf',
    '5.10',
    [btf('seq_file'), memReadonly, memSizeOrZero, anything],
    'integer',
    ['tracing'],
    { attachTypes: { tracing: ['trace_iter'] }, gplOnly: true },
  ),
  helper(158, 'get_current_task_btf', '5.11', [], 'btf-id', base, {
    returnBtfType: 'task_struct',
    gplOnly: true,
  }),
  helper(159, 'bprm_opts_set', '5.11', [btf('linux_binprm'), anything], 'integer', ['lsm']),
  helper(161, 'ima_inode_hash', '5.11', [btf('inode'), memUninit, memSize], 'integer', ['lsm'], {
    mightSleep: true,
  }),
  helper(162, 'sock_from_file', '5.11', [btf('file')], 'btf-id-or-null', btfObservers, {
    returnBtfType: 'socket',
  }),
  helper(173, 'get_func_ip', '5.15', [ctx], 'integer', observers, { gplOnly: true }),
  helper(
    174,
    'get_attach_cookie',
    '5.15',
    [ctx],
    'integer',
    [
      'kprobe',
      'tracepoint',
      'perf_event',
      'raw_tracepoint',
      'raw_tracepoint_writable',
      'tracing',
      'lsm',
    ],
    {
      attachTypes: {
        tracing: ['trace_raw_tp', 'trace_fentry', 'trace_fexit', 'modify_return'],
        lsm: ['lsm_mac'],
      },
    },
  ),
  helper(175, 'task_pt_regs', '5.15', [btf('task_struct')], 'btf-id', base, {
    returnBtfType: 'pt_regs',
    gplOnly: true,
  }),
  helper(176, 'get_branch_snapshot', '5.16', [memUninit, memSizeOrZero], 'integer', base, {
    gplOnly: true,
  }),
  helper(
    180,
    'find_vma',
    '5.17',
    [btf('task_struct'), anything, callback, stackOrNull, anything],
    'integer',
    base,
    {
      callback: { arguments: ['btf-id', 'btf-id', 'stack'], asynchronous: false, returns: [0, 1] },
    },
  ),
  helper(
    183,
    'get_func_arg',
    '5.17',
    [ctx, anything, fixed('mem-uninit', 8)],
    'integer',
    ['tracing', 'lsm'],
    { attachTypes: trampolines },
  ),
  helper(
    184,
    'get_func_ret',
    '5.17',
    [ctx, fixed('mem-uninit', 8)],
    'integer',
    ['tracing', 'lsm'],
    { attachTypes: trampolines },
  ),
  helper(185, 'get_func_arg_cnt', '5.17', [ctx], 'integer', ['tracing', 'lsm'], {
    attachTypes: trampolines,
  }),
  helper(
    191,
    'copy_from_user_task',
    '5.18',
    [memUninit, memSizeOrZero, anything, btf('task_struct'), anything],
    'integer',
    base,
    { gplOnly: true, mightSleep: true },
  ),
  helper(193, 'ima_file_hash', '5.18', [btf('file'), memUninit, memSize], 'integer', ['lsm'], {
    mightSleep: true,
  }),
]);
