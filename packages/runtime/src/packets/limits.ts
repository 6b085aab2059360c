import type { ProgramTypeName } from '@anybpf/bytecode';

/** Packet sizes in bytes, both inclusive. */
export interface PacketLimits {
  readonly min: number;
  readonly max: number;
}

/** Ethernet header. */
const MIN = 14;
/** A page of 4 KiB less the XDP headroom (256) and struct skb_shared_info (320). */
const MAX_XDP = 3520;
/** A page of 4 KiB less NET_SKB_PAD (64) and struct skb_shared_info (320). */
const MAX_SKB = 3712;

const SKB: PacketLimits = { min: MIN, max: MAX_SKB };

const LIMITS: ReadonlyMap<ProgramTypeName, PacketLimits> = new Map<ProgramTypeName, PacketLimits>([
  ['xdp', { min: MIN, max: MAX_XDP }],
  ['socket_filter', SKB],
  ['sched_cls', SKB],
  ['sched_act', SKB],
  ['cgroup_skb', SKB],
  ['lwt_in', SKB],
  ['lwt_out', SKB],
  ['lwt_xmit', SKB],
]);

/**
 * Packets that a program type takes in one run, the same on every backend: what
 * BPF_PROG_TEST_RUN of Linux 6.18 takes in linear memory (net/bpf/test_run.c).
 *
 * @returns null for a type that takes no packet
 */
export function packetLimits(type: ProgramTypeName): PacketLimits | null {
  return LIMITS.get(type) ?? null;
}
