import { type PacketBatch, packetBatch } from '../packet-batch.ts';
import { type FlowKind, flowFrame } from './flow.ts';
import { Random } from './random.ts';

export interface WorkloadOptions {
  /** Default 1024. */
  readonly count?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Distinct packets of each half. Default 64. */
  readonly flows?: number;
  /** Packets that take every other place of the realistic half, e.g. those that maps know. */
  readonly also?: readonly Uint8Array[];
}

const NOTHING = new Uint8Array(0);

/** Simple IMIX: 7 small, 4 middle, 1 large packet of twelve (frame bytes without FCS). */
const IMIX_SIZES: readonly [number, ...number[]] = [
  64, 64, 64, 64, 64, 64, 64, 594, 594, 594, 594, 1514,
];

const REALISTIC_KINDS: readonly [FlowKind, ...FlowKind[]] = [
  'tcp4',
  'tcp4',
  'tcp4',
  'tcp4',
  'udp4',
  'udp4',
  'tcp6',
  'tcp6',
  'udp6',
  'vlan-udp4',
  'icmp4',
  'icmp6',
];

/**
 * The benchmark's mix: half 64-byte UDP/IPv4 packets, half IMIX sizes of TCP, UDP and ICMP over IPv4
 * and IPv6. Packets are drawn at random from few distinct ones, as flows on a wire repeat.
 */
export function workloadBatch(options: WorkloadOptions = {}): PacketBatch {
  const { count = 1024, seed = 1, flows = 64, also = [] } = options;
  const random = new Random(seed);
  const small = Array.from({ length: flows }, () => flowFrame('udp4', 64, random));
  const realistic = Array.from({ length: flows }, () =>
    flowFrame(random.pick(REALISTIC_KINDS), random.pick(IMIX_SIZES), random),
  );
  return packetBatch(
    Array.from({ length: count }, (_, i) => {
      if (i % 4 === 3 && also.length > 0) return also[random.below(also.length)] ?? NOTHING;
      return (i % 2 === 0 ? small : realistic)[random.below(flows)] ?? NOTHING;
    }),
  );
}
