import type { Machine } from '../interpreter/machine.ts';
import type { RegisterIndex } from '../interpreter/registers.ts';

/** A u64 argument as a number: exact below 2^53, else close enough to be refused. */
export function unsigned64(machine: Machine, register: RegisterIndex): number {
  return (machine.hi[register] >>> 0) * 4294967296 + (machine.lo[register] >>> 0);
}

/** A u32 argument. */
export function unsigned32(machine: Machine, register: RegisterIndex): number {
  return machine.lo[register] >>> 0;
}
