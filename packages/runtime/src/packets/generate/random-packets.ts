import { type PacketBatch, packetBatch } from '../packet-batch.ts';
import { FLOW_KINDS, flowFrame } from './flow.ts';
import { Random } from './random.ts';

export interface RandomPacketOptions {
  readonly count: number;
  /** Default 1. */
  readonly seed?: number;
  /** Bytes. Default 14, the least that the kernel runs XDP over. */
  readonly minSize?: number;
  /** Bytes. Default 1514. */
  readonly maxSize?: number;
  /** Packets to corrupt instead of generated ones, e.g. those that a program finds interesting. */
  readonly templates?: readonly Uint8Array[];
}

/**
 * Packets that look for a program's blind spots: well-formed, cut short, with flipped bits, with a
 * header byte at an extreme, and pure noise, in equal shares. Sizes stay within the bounds given.
 */
export function randomPackets(options: RandomPacketOptions): Uint8Array[] {
  const { count, seed = 1, minSize = 14, maxSize = 1514, templates = [] } = options;
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const size = random.between(minSize, maxSize);
    // Short packets are where bounds checks decide; a uniform size would make them rare.
    const wanted = random.below(2) === 0 ? Math.min(size, random.between(minSize, 128)) : size;
    const template = templates[random.below(Math.max(1, templates.length))];
    const whole = template ? template.slice() : flowFrame(random.pick(FLOW_KINDS), wanted, random);
    return fitted(corrupted(whole, i % 5, wanted, random), minSize, maxSize);
  });
}

/** `randomPackets` as a batch. */
export function randomBatch(options: RandomPacketOptions): PacketBatch {
  return packetBatch(randomPackets(options));
}

/** Headers of interest end here; corrupting the payload alone would test nothing. */
const HEADER_BYTES = 78;

function corrupted(packet: Uint8Array, kind: number, size: number, random: Random): Uint8Array {
  const reach = Math.min(packet.length, HEADER_BYTES);
  switch (kind) {
    case 0:
      return packet;
    case 1:
      return packet.slice(0, random.between(0, packet.length));
    case 2:
      for (let flips = random.between(1, 8); flips > 0 && reach > 0; flips--) {
        const at = random.below(reach);
        packet[at] = (packet[at] as number) ^ (1 << random.below(8));
      }
      return packet;
    case 3:
      if (reach > 12) packet[random.between(12, reach - 1)] = random.pick([0x00, 0x7f, 0x80, 0xff]);
      return packet;
    default:
      return random.bytes(size);
  }
}

function fitted(packet: Uint8Array, minSize: number, maxSize: number): Uint8Array {
  if (packet.length > maxSize) return packet.slice(0, maxSize);
  if (packet.length >= minSize) return packet;
  const longer = new Uint8Array(minSize);
  longer.set(packet);
  return longer;
}
