import type { LineInfo, LinkedProgram } from '@anybpf/bytecode';
import type { Program, ProgramInput } from '../backend.ts';
import { ClosedError, UnsupportedFeatureError } from '../errors.ts';
import { BASE, isTagged, regionOf } from './address-space.ts';
import { acquire, internalsOf, type ProgramInternals, place } from './interpreter-program.ts';
import { lineOf, type Machine } from './machine.ts';
import { tryLocate } from './memory.ts';
import { ENTRY_WORDS } from './predecode.ts';
import { type RegisterIndex, toBigint } from './registers.ts';
import { execute } from './run-loop.ts';

/** Where a stopped program stands. */
export interface Position {
  /** The program that runs: after a tail call another one than the stepper was made for. */
  readonly program: LinkedProgram;
  /** Instruction that runs next: index in `program.code.instructions`, and its slot. */
  readonly instruction: number;
  readonly slot: number;
  readonly line: LineInfo | null;
  /** Calls on the stack above the program's own frame. */
  readonly depth: number;
}

/** What a 64-bit value points to. */
export interface PointerView {
  /** e.g. `packet`, `stack of frame 0`, `map counters`. */
  readonly region: string;
  /** Bytes from the region's start; from the frame's top for stacks. */
  readonly offset: number;
}

/**
 * One run, an instruction at a time. The interpreter runs nothing else until the stepper is closed.
 * Calls of helpers are one step; bpf2bpf functions and callbacks are stepped through.
 */
export interface Stepper extends Disposable {
  readonly done: boolean;
  /** Instructions executed so far. */
  readonly steps: number;
  position(): Position;
  /** r0 to r10, unsigned. */
  registers(): bigint[];
  register(index: number): bigint;
  /** null for values that are no addresses. */
  pointer(value: bigint): PointerView | null;
  /** A copy of `size` bytes that the program could read; null where it could not. */
  read(address: bigint, size: number): Uint8Array | null;
  /** Executes one instruction; false when the program had exited before. @throws ProgramFault */
  step(): boolean;
  /**
   * Steps until `predicate` holds before an instruction, the program exits, or `limit` instructions
   * are done (default: the interpreter's budget).
   *
   * @returns whether the predicate held
   */
  runUntil(predicate: (stepper: Stepper) => boolean, limit?: number): boolean;
  /** r0 as an unsigned 32-bit number, once `done`. */
  verdict(): number;
  /** The packet as it is now; null where the program type has none. */
  packet(): Uint8Array | null;
  /** Gives the interpreter back. Closing again does nothing. */
  close(): void;
}

/**
 * Stops a program before its first instruction.
 *
 * @throws UnsupportedFeatureError for programs of other backends, or while another run is under way
 * @throws PacketSizeError
 */
export function createStepper(program: Program, input: ProgramInput = {}): Stepper {
  const internals = internalsOf(program);
  if (internals === undefined) {
    throw new UnsupportedFeatureError('stepping programs of other backends', 'interpreter');
  }
  return new InterpreterStepper(internals, input);
}

class InterpreterStepper implements Stepper {
  readonly #machine: Machine;
  readonly #internals: ProgramInternals;
  #closed = false;
  #done = false;
  #steps = 0;

  constructor(internals: ProgramInternals, input: ProgramInput) {
    const { machine, executable, context } = internals;
    this.#internals = internals;
    this.#machine = acquire(machine);
    try {
      place(machine, context, input);
      machine.start(executable);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get done(): boolean {
    return this.#done;
  }

  get steps(): number {
    return this.#steps;
  }

  position(): Position {
    const machine = this.#open();
    const { executable, pc, depth } = machine;
    const entry = pc / ENTRY_WORDS;
    const { linked, slots } = executable;
    const slot = slots[entry] ?? 0;
    return {
      program: linked,
      instruction: linked.code.indexOfSlot[slot] ?? linked.code.instructions.length,
      slot,
      line: lineOf(linked, slot),
      depth,
    };
  }

  registers(): bigint[] {
    return Array.from({ length: 11 }, (_, index) => this.register(index));
  }

  register(index: number): bigint {
    const { lo, hi } = this.#open();
    if (!Number.isInteger(index) || index < 0 || index > 10) {
      throw new RangeError(`there is no register r${index}`);
    }
    return toBigint(lo[index as RegisterIndex], hi[index as RegisterIndex]);
  }

  pointer(value: bigint): PointerView | null {
    const machine = this.#open();
    const hi = Number(BigInt.asIntN(32, value >> 32n));
    const lo = Number(BigInt.asIntN(32, value));
    if (!isTagged(hi)) return null;
    const region = machine.space.regions[regionOf(hi)];
    if (region === null || region === undefined) return null;
    return { region: region.name, offset: lo - BASE - region.origin };
  }

  read(address: bigint, size: number): Uint8Array | null {
    const machine = this.#open();
    const hi = Number(BigInt.asIntN(32, address >> 32n));
    const lo = Number(BigInt.asIntN(32, address));
    const at = tryLocate(machine, hi, lo, size, 'reads');
    return at < 0 ? null : machine.bytes.slice(at, at + size);
  }

  step(): boolean {
    const machine = this.#open();
    if (this.#done) return false;
    if (this.#steps >= machine.environment.budget) throw machine.outOfBudget();
    machine.fuel = 1;
    machine.reserve = machine.environment.budget - this.#steps - 1;
    this.#done = execute(machine);
    this.#steps++;
    return true;
  }

  runUntil(predicate: (stepper: Stepper) => boolean, limit?: number): boolean {
    const last = this.#steps + (limit ?? this.#open().environment.budget);
    while (!this.#done) {
      if (predicate(this)) return true;
      if (this.#steps >= last) return false;
      this.step();
    }
    return false;
  }

  verdict(): number {
    return this.#open().lo[0] >>> 0;
  }

  packet(): Uint8Array | null {
    return this.#internals.context.packetAfter(this.#open());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#machine.busy = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): Machine {
    if (this.#closed) throw new ClosedError('the stepper');
    return this.#machine;
  }
}
