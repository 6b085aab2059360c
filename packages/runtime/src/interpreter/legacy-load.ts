import type { Machine } from './machine.ts';

/** Offsets below these name other headers (include/uapi/linux/filter.h). */
const SKF_NET_OFF = -0x10_0000;
const SKF_LL_OFF = -0x20_0000;

/**
 * LD_ABS and LD_IND: r0 = big-endian bytes of the packet at imm (+ index register). r1 to r5 are
 * left as they were; the kernel scratches them.
 *
 * @returns false outside the packet: the function then returns 0
 */
export function legacyLoad(
  machine: Machine,
  size: number,
  indexed: number,
  indexRegister: number,
  imm: number,
): boolean {
  const { lo, hi, packet } = machine;
  const index = indexed === 1 ? lo[indexRegister as 0] : 0;
  const offset = (imm + index) | 0;
  let at = packet.data + offset;
  if (offset < 0) {
    if (offset >= SKF_NET_OFF) at = machine.context.networkOffset(machine) + offset - SKF_NET_OFF;
    else if (offset >= SKF_LL_OFF) at = machine.context.macOffset(machine) + offset - SKF_LL_OFF;
    else return false;
    if (at < packet.hardStart) return false;
  }
  if (at + size > packet.end) return false;
  const { view } = machine.arena;
  lo[0] = size === 4 ? view.getInt32(at) : size === 2 ? view.getUint16(at) : view.getUint8(at);
  hi[0] = 0;
  return true;
}
