import { assemble } from '@anybpf/bytecode';

/**
 * Value of the feeder's state map, little-endian:
 *
 *     offset 0   u32   number of the next packet
 *     offset 4   u32   runs that never reached the program
 *     offset 8   u64   address of the frame's first byte in this call; 0 before the first run
 *     offset 16  u64   scratch: a pointer that goes through memory comes back as a number
 *     offset 24        offset and length of each packet in the data map, two u32 each
 */
export const STATE_FAILURES = 4;
export const STATE_PACKETS = 24;

export interface FeederSizes {
  /** Packets, at least 1. */
  readonly count: number;
  /** Highest offset of a packet in the data map. */
  readonly maxOffset: number;
  /** Longest packet; so many bytes follow `maxOffset` in the data map. */
  readonly maxLength: number;
}

/**
 * An XDP program that takes the next packet of a list, puts the frame where it was and its bytes
 * into it, whatever the run before did to them, and goes on with the program under test. Its maps
 * are, in this order: state, packet bytes, program array.
 *
 * Helpers: xdp_adjust_head 44, xdp_adjust_meta 54, xdp_adjust_tail 65, xdp_store_bytes 190 (Linux
 * 5.18), tail_call 12. Adjusting head and tail keeps 14 bytes between them at every step.
 */
export function feederProgram({ count, maxOffset, maxLength }: FeederSizes): Uint8Array {
  return assemble(`
    r6 = r1
    r7 = map_val(map_by_idx(0x0))
    r8 = *(u32 *)(r7 + 0)
    r1 = r8
    r1 += 1
    if r1 < ${count} goto more
    r1 = 0
  more:
    *(u32 *)(r7 + 0) = r1
    if r8 >= ${count} goto failed
    r8 <<= 3
    r8 += r7
    r9 = *(u32 *)(r8 + 28)
    r8 = *(u32 *)(r8 + 24)
    if r9 < 14 goto failed
    if r9 > ${maxLength} goto failed
    if r8 > ${maxOffset} goto failed

    r2 = *(u32 *)(r6 + 0)
    r1 = *(u32 *)(r6 + 8)
    r2 -= r1
    if r2 == 0 goto head
    r1 = r6
    call 54
    if r0 != 0 goto failed
  head:
    r1 = *(u32 *)(r6 + 0)
    *(u64 *)(r7 + 16) = r1
    r1 = *(u64 *)(r7 + 16)
    r2 = *(u64 *)(r7 + 8)
    if r2 != 0 goto known
    *(u64 *)(r7 + 8) = r1
    r2 = r1
  known:
    r2 -= r1
    if r2 == 0 goto tail
    if r2 s< 0 goto move_head
    r1 = *(u32 *)(r6 + 4)
    *(u64 *)(r7 + 16) = r1
    r1 = *(u64 *)(r7 + 16)
    r2 = *(u64 *)(r7 + 8)
    r2 += r9
    r2 -= r1
    r1 = r6
    call 65
    if r0 != 0 goto failed
    r1 = *(u32 *)(r6 + 0)
    *(u64 *)(r7 + 16) = r1
    r1 = *(u64 *)(r7 + 16)
    r2 = *(u64 *)(r7 + 8)
    r2 -= r1
  move_head:
    r1 = r6
    call 44
    if r0 != 0 goto failed
  tail:
    r1 = *(u32 *)(r6 + 4)
    r2 = *(u32 *)(r6 + 0)
    r1 -= r2
    r2 = r9
    r2 -= r1
    if r2 == 0 goto fill
    r1 = r6
    call 65
    if r0 != 0 goto failed
  fill:
    r1 = r6
    r2 = 0
    r3 = map_val(map_by_idx(0x1))
    r3 += r8
    r4 = r9
    call 190
    if r0 != 0 goto failed

    r1 = r6
    r2 = map_by_idx(0x2)
    r3 = 0
    call 12
  failed:
    r1 = *(u32 *)(r7 + ${STATE_FAILURES})
    r1 += 1
    *(u32 *)(r7 + ${STATE_FAILURES}) = r1
    r0 = 0
    exit`).bytes;
}
