import type { ProgramTypeName } from '@anybpf/bytecode';
import { PacketSizeError } from '../../errors.ts';
import { packetLimits } from '../../packets/limits.ts';
import type { Machine } from '../machine.ts';
import type { RegisterIndex } from '../registers.ts';

/** How r1 of a program is accessed. */
export interface ContextMemory {
  /**
   * true: `load` and `store` serve every access (pointer fields, widths and directions as the kernel
   * allows them). false: plain memory, bounds-checked like any other.
   */
  readonly virtual: boolean;
  /** @param offset bytes from the start of the arena @throws ProgramFault */
  load(machine: Machine, d: RegisterIndex, offset: number, size: number): void;
  store(machine: Machine, offset: number, size: number, lo: number, hi: number): void;
  /** Arena offset of the network header, for legacy packet loads. */
  networkOffset(machine: Machine): number;
  /** Arena offset of the link-layer header. */
  macOffset(machine: Machine): number;
}

/**
 * Input and output of one program, after the kernel's BPF_PROG_TEST_RUN of its type. A run is
 * `begin`, the packet's bytes copied to where it says, `ready`, the program, and the results.
 */
export interface ProgramContext extends ContextMemory {
  /**
   * @returns arena offset to which the caller copies the packet
   * @throws PacketSizeError
   */
  begin(machine: Machine, packetSize: number, context: Uint8Array | null): number;
  ready(machine: Machine): void;
  /** Copies. null where the program type has no packet. */
  packetAfter(machine: Machine): Uint8Array | null;
  /** A copy, in the layout of `begin`'s argument; null where there is none. */
  contextAfter(machine: Machine): Uint8Array | null;
}

/** @throws PacketSizeError */
export function checkPacketSize(type: ProgramTypeName, size: number, program: string): void {
  const { min, max } = packetLimits(type) ?? { min: 0, max: 0 };
  if (size < min || size > max) throw new PacketSizeError('packet', size, min, max, program);
}
