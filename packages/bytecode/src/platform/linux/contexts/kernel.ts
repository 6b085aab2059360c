import type { ContextDescriptor, ContextField } from '../../platform.ts';
import { any, context, exact, field, narrow, word } from './field.ts';

/** Registers of struct pt_regs on x86-64, 8 bytes each (arch/x86/include/asm/ptrace.h). */
const registers: readonly string[] = [
  'r15',
  'r14',
  'r13',
  'r12',
  'bp',
  'bx',
  'r11',
  'r10',
  'r9',
  'r8',
  'ax',
  'cx',
  'dx',
  'si',
  'di',
  'orig_ax',
  'ip',
  'cs',
  'flags',
  'sp',
  'ss',
];

function quads(names: readonly string[], make: (name: string, offset: number) => ContextField) {
  return names.map((name, index) => make(name, 8 * index));
}

/** kprobe_prog_is_valid_access (kernel/trace/bpf_trace.c). */
export const kprobeContext: ContextDescriptor = context(
  'pt_regs',
  168,
  quads(registers, (name, offset) => field(name, offset, 8, any)),
);

/** struct bpf_perf_event_data; pe_prog_is_valid_access. */
export const perfEventContext: ContextDescriptor = context('bpf_perf_event_data', 184, [
  ...quads(registers, (name, offset) => field(name, offset, 8, [8])),
  field('sample_period', 168, 8, any),
  field('addr', 176, 8, any),
]);

/**
 * The record of the event, after 8 hidden bytes; PERF_MAX_TRACE_SIZE bounds it, the event's own
 * format says what is there.
 */
export const tracepointContext: ContextDescriptor = context('tracepoint record', 8192, [
  field('record', 8, 8184, any),
]);

/** struct bpf_raw_tracepoint_args: MAX_BPF_FUNC_ARGS (12) raw arguments. */
export const rawTracepointContext: ContextDescriptor = context('bpf_raw_tracepoint_args', 96, [
  field('args', 0, 96, any),
]);

/**
 * The same, whose first argument is a buffer that the program may write. The kernel also lets parts
 * of that pointer be loaded as numbers; this table does not.
 */
export const writableTracepointContext: ContextDescriptor = context('bpf_raw_tracepoint_args', 96, [
  field('args[0]', 0, 8, [8], { kind: 'tracepoint-buffer' }),
  field('args', 8, 88, any),
]);

const argumentNames: readonly string[] = Array.from({ length: 12 }, (_, index) => `args[${index}]`);

/** Arguments of the attached function, each typed by the target's BTF (btf_ctx_access). */
export const btfArgumentsContext: ContextDescriptor = context(
  'function arguments',
  96,
  quads(argumentNames, (name, offset) =>
    field(name, offset, 8, any, { kind: 'btf-argument', loadsAtStart: true }),
  ),
);

/** Bytes that the caller of BPF_PROG_TEST_RUN hands over; at most U16_MAX. */
export const syscallContext: ContextDescriptor = context('caller buffer', 65_535, [
  field('bytes', 0, 65_535, any, { stores: any }),
]);

/** One sample of an infrared receiver. */
export const lircContext: ContextDescriptor = context('__u32', 4, [exact('sample', 0)]);

/** struct bpf_sysctl; sysctl_is_valid_access (kernel/bpf/cgroup.c). */
export const sysctlContext: ContextDescriptor = context('bpf_sysctl', 8, [
  narrow('write', 0),
  narrow('file_pos', 4, { stores: word }),
]);

/** struct bpf_cgroup_dev_ctx; cgroup_dev_is_valid_access. */
export const cgroupDeviceContext: ContextDescriptor = context('bpf_cgroup_dev_ctx', 12, [
  narrow('access_type', 0),
  exact('major', 4),
  exact('minor', 8),
]);

/** struct bpf_flow_keys, what the dissector fills: any access inside is allowed. */
export const flowKeysObject: ContextDescriptor = context('bpf_flow_keys', 56, [
  field('keys', 0, 56, any, { stores: any }),
]);
