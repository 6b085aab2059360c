import { linux, type ProgramTypeName } from '@anybpf/bytecode';
import type { ProgramContext } from './context-memory.ts';
import { RawContext } from './raw.ts';
import { SkbContext } from './skb.ts';
import { XdpContext } from './xdp.ts';

/** Types whose context is the caller's bytes. */
const RAW: readonly ProgramTypeName[] = [
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'cgroup_sock',
  'cgroup_sock_addr',
  'cgroup_device',
  'cgroup_sysctl',
  'cgroup_sockopt',
  'sock_ops',
  'sk_lookup',
  'lirc_mode2',
  'syscall',
];

/** Types whose context is a socket buffer. */
const SKB: readonly ProgramTypeName[] = [
  'socket_filter',
  'sched_cls',
  'sched_act',
  'cgroup_skb',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
];

/** Program types that the interpreter runs. */
export const RUNNABLE_TYPES: ReadonlySet<ProgramTypeName> = new Set<ProgramTypeName>([
  'xdp',
  ...SKB,
  ...RAW,
]);

/**
 * Input and output of one program; null for types that are not in `RUNNABLE_TYPES`.
 *
 * @param attachType expected attach type; null where it is not known
 */
export function createContext(
  type: ProgramTypeName,
  attachType: string | null,
  program: string,
): ProgramContext | null {
  if (RAW.includes(type)) return new RawContext(program);
  const descriptor = linux.programTypeByName(type)?.context ?? null;
  if (descriptor === null) return null;
  if (type === 'xdp') return new XdpContext(descriptor, attachType, program);
  return SKB.includes(type) ? new SkbContext(descriptor, type, attachType, program) : null;
}
