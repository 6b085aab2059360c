import { acceptsMap, type HelperArgument, type HelperRow, linux } from '@anybpf/bytecode';
import { BASE, FixedRegion, tagOf } from '../interpreter/address-space.ts';
import type { Machine } from '../interpreter/machine.ts';
import { type Access, locate, tryLocate } from '../interpreter/memory.ts';
import { type RegisterIndex, toBigint } from '../interpreter/registers.ts';

/**
 * What a helper does with its checked arguments, in `machine.args` and the registers.
 *
 * @returns what r0 becomes, a signed integer that a double holds exactly; null when the helper has
 * set r0 itself (addresses, 64-bit values), or leaves it
 */
export type HelperFunction = (machine: Machine) => number | null;

/** Longest memory argument (kernel BPF_MAX_VAR_SIZ). */
const MAX_SIZE = 1 << 29;

const CHARGED_SHIFT = 6;
/** Memory that costs one instruction of the budget, so that no helper can work for free. */
const CHARGED_SIZE = 1 << CHARGED_SHIFT;

/** A helper as one program type calls it: its implementation behind the checks of its table row. */
export class BoundHelper {
  readonly row: HelperRow;
  readonly #arguments: readonly HelperArgument[];
  readonly #run: HelperFunction;
  readonly #mapTypes: Set<string> = new Set();

  /** @param args the row's arguments as the program type passes them */
  constructor(row: HelperRow, args: readonly HelperArgument[], run: HelperFunction) {
    this.row = row;
    this.#arguments = args;
    this.#run = run;
    for (const type of linux.mapTypes) {
      if (acceptsMap(row, type)) this.#mapTypes.add(type.name);
    }
  }

  /** @throws ProgramFault when an argument is not what the row demands */
  call(machine: Machine): void {
    const kinds = this.#arguments;
    for (let i = 0; i < kinds.length; i++) {
      this.#check(machine, kinds[i] as HelperArgument, (i + 1) as RegisterIndex);
    }
    const result = this.#run(machine);
    if (result !== null) machine.setResult(result);
    if (this.row.invalidatesPackets) machine.packet.moved();
  }

  #check(machine: Machine, argument: HelperArgument, register: RegisterIndex): void {
    const { args, lo, hi } = machine;
    switch (argument.kind) {
      case 'const-map-ptr': {
        const map = machine.maps.ofHandle(lo[register], hi[register]);
        if (map === null) this.#refuse(machine, register, 'is not a map');
        if (!this.#mapTypes.has(map.spec.type)) {
          this.#refuse(machine, register, `is map ${map.spec.name} of type ${map.spec.type}`);
        }
        args.map = map;
        return;
      }
      case 'map-key':
        this.#memory(machine, argument, register, args.map?.spec.keySize ?? 0, 'reads');
        return;
      case 'map-value':
        this.#memory(machine, argument, register, args.map?.spec.valueSize ?? 0, 'reads');
        return;
      case 'map-value-uninit':
        this.#memory(machine, argument, register, args.map?.spec.valueSize ?? 0, 'writes');
        return;
      case 'mem-readonly':
        this.#memory(machine, argument, register, this.#size(machine, argument, register), 'reads');
        return;
      case 'mem-uninit':
      case 'mem-readwrite':
        this.#memory(
          machine,
          argument,
          register,
          this.#size(machine, argument, register),
          'writes',
        );
        return;
      case 'ctx':
        if (argument.nullable && (lo[register] | hi[register]) === 0) return;
        if (
          hi[register] !== tagOf(FixedRegion.context) ||
          lo[register] !== BASE + machine.arena.contextStart
        ) {
          this.#refuse(machine, register, 'is not the context');
        }
        return;
      case 'spin-lock':
        this.#memory(machine, argument, register, 4, 'writes');
        return;
      case 'timer':
        this.#memory(machine, argument, register, 16, 'writes');
        return;
      case 'dynptr':
        this.#memory(machine, argument, register, 16, 'writes');
        return;
      case 'kptr':
        this.#memory(machine, argument, register, 8, 'writes');
        return;
      case 'const-str':
        this.#string(machine, register);
        return;
      default:
        // Numbers need no check, lengths are checked with their memory, and what is left is a
        // handle that the helper itself looks up.
        return;
    }
  }

  /** Length of a memory argument: fixed, or in the next register. */
  #size(machine: Machine, argument: HelperArgument, register: RegisterIndex): number {
    if (argument.size !== null) return argument.size;
    const next = this.#arguments[register];
    const length = (register + 1) as RegisterIndex;
    const size = machine.lo[length];
    if (machine.hi[length] !== 0 || size < 0 || size > MAX_SIZE) {
      const value = toBigint(size, machine.hi[length]);
      this.#refuse(machine, length, `is ${BigInt.asIntN(64, value)}, which is no length`);
    }
    if (size === 0 && next?.kind === 'mem-size') {
      this.#refuse(machine, length, 'is 0, but the helper takes no empty memory');
    }
    return size;
  }

  #memory(
    machine: Machine,
    argument: HelperArgument,
    register: RegisterIndex,
    size: number,
    access: Access,
  ): void {
    const lo = machine.lo[register];
    const hi = machine.hi[register];
    if (argument.nullable && (lo | hi) === 0) {
      machine.args.setAbsent(register);
      return;
    }
    if (size === 0) {
      machine.args.set(register, machine.arena.bytes, 0, 0);
      return;
    }
    const at = locate(machine, hi, lo, size, access);
    machine.args.set(register, machine.bytes, at, size);
    if (size >= CHARGED_SIZE) machine.charge(size >>> CHARGED_SHIFT);
  }

  /** A string must end inside its value. */
  #string(machine: Machine, register: RegisterIndex): void {
    const lo = machine.lo[register];
    const hi = machine.hi[register];
    const start = locate(machine, hi, lo, 1, 'reads');
    let size = 0;
    for (;;) {
      const at = tryLocate(machine, hi, lo + size, 1, 'reads');
      if (at < 0) this.#refuse(machine, register, 'is a string without an end');
      if (machine.bytes[at] === 0) break;
      size++;
    }
    machine.args.set(register, machine.bytes, start, size);
  }

  #refuse(machine: Machine, register: number, why: string): never {
    throw machine.fault('bad-argument', {
      what: `r${register} of bpf_${this.row.name} ${why}`,
      address: toBigint(machine.lo[register as 0], machine.hi[register as 0]),
    });
  }
}
