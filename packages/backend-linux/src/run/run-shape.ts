import type { ProgramTypeName } from '@anybpf/bytecode';
import { linux } from '@anybpf/bytecode';
import { type PacketLimits, packetLimits } from '@anybpf/runtime';

/** What BPF_PROG_TEST_RUN takes and gives for a program type (net/bpf/test_run.c, Linux 6.18). */
export type RunShape =
  | {
      readonly kind: 'packet';
      readonly limits: PacketLimits;
      /** Bytes of the context (struct xdp_md or __sk_buff). */
      readonly contextSize: number;
      /**
       * The program sees the packet from its network header on, and the kernel gives it back with
       * zeros for the Ethernet header.
       */
      readonly fromNetworkHeader: boolean;
    }
  /** Context in; nothing but the result comes back. */
  | { readonly kind: 'context' }
  /** Context in; the program writes to it in place. */
  | { readonly kind: 'context-in-place' };

const ETHERNET_TYPES: ReadonlySet<ProgramTypeName> = new Set<ProgramTypeName>([
  'xdp',
  'sched_cls',
  'sched_act',
]);

/** null: the kernel, or this backend, cannot run such a program without attaching it. */
export function runShape(type: ProgramTypeName): RunShape | null {
  const limits = packetLimits(type);
  if (limits !== null) {
    const contextSize = linux.programTypeByName(type)?.context?.size ?? 0;
    return {
      kind: 'packet',
      limits,
      contextSize,
      fromNetworkHeader: !ETHERNET_TYPES.has(type),
    };
  }
  if (type === 'syscall') return { kind: 'context-in-place' };
  if (type === 'raw_tracepoint') return { kind: 'context' };
  return null;
}
