import type { LinkedProgram, ProgramTypeName } from '@anybpf/bytecode';
import type { BatchOptions, BatchResult, Program, ProgramInput, RunResult } from '../backend.ts';
import { ClosedError, UnsupportedFeatureError } from '../errors.ts';
import { checkBatch } from '../packets/check-batch.ts';
import type { PacketBatch } from '../packets/packet-batch.ts';
import { requireBytes } from '../require-bytes.ts';
import type { ProgramContext } from './contexts/context-memory.ts';
import type { CoverageReport } from './coverage.ts';
import { hostClock } from './environment.ts';
import type { Machine } from './machine.ts';
import type { Executable } from './predecode.ts';
import { execute } from './run-loop.ts';
import { Staging } from './staging.ts';

const NO_PACKET = new Uint8Array(0);

/** What debugging tools need of a program beyond the contract. */
export interface ProgramInternals {
  readonly machine: Machine;
  readonly executable: Executable;
  readonly context: ProgramContext;
}

const internals = new WeakMap<Program, ProgramInternals>();

/** undefined for programs of other backends. */
export function internalsOf(program: Program): ProgramInternals | undefined {
  return internals.get(program);
}

/**
 * What of a program has run since it was loaded.
 *
 * @throws UnsupportedFeatureError for programs of other backends, and where coverage is off
 */
export function coverageOf(program: Program): CoverageReport {
  const coverage = internals.get(program)?.executable.coverage ?? null;
  if (coverage === null) {
    throw new UnsupportedFeatureError(
      `coverage of program ${program.name} (see the option coverage of createInterpreter)`,
      'interpreter',
    );
  }
  return coverage.report();
}

/** A program on the interpreter's machine. */
export class InterpreterProgram implements Program {
  readonly name: string;
  readonly type: ProgramTypeName;
  readonly linked: LinkedProgram;
  readonly #machine: Machine;
  readonly #executable: Executable;
  readonly #context: ProgramContext;
  readonly #isClosed: () => boolean;
  readonly #now: () => number = hostClock();

  constructor(
    machine: Machine,
    executable: Executable,
    context: ProgramContext,
    isClosed: () => boolean,
  ) {
    this.name = executable.linked.name;
    this.type = executable.type;
    this.linked = executable.linked;
    this.#machine = machine;
    this.#executable = executable;
    this.#context = context;
    this.#isClosed = isClosed;
    internals.set(this, { machine, executable, context });
  }

  run(input: ProgramInput): RunResult {
    const machine = this.#acquire();
    try {
      const start = this.#now();
      place(machine, this.#context, input);
      machine.start(this.#executable);
      finish(machine);
      const value = this.#now() - start;
      return {
        verdict: machine.lo[0] >>> 0,
        packet: this.#context.packetAfter(machine),
        context: this.#context.contextAfter(machine),
        cost: { unit: 'ns', value },
      };
    } finally {
      machine.busy = false;
    }
  }

  runBatch(batch: PacketBatch, options: BatchOptions = {}): BatchResult {
    const { repeat = 1 } = options;
    if (!Number.isInteger(repeat) || repeat < 1) {
      throw new RangeError(`repeat is ${repeat}, not a whole number of 1 or more`);
    }
    checkBatch(batch);
    const machine = this.#acquire();
    const staging = new Staging(machine.arena, batch);
    const verdicts = new Uint32Array(batch.count);
    try {
      machine.context = this.#context;
      const start = this.#now();
      for (let i = 0; i < batch.count; i++) {
        this.#repeat(machine, staging, i, batch.lengths[i] as number, repeat);
        verdicts[i] = machine.lo[0];
      }
      const value = this.#now() - start;
      return { verdicts, runs: batch.count * repeat, cost: { unit: 'ns', value } };
    } finally {
      machine.busy = false;
    }
  }

  /** The hot loop, apart from `runBatch` so that the engine keeps it compiled from batch to batch. */
  #repeat(machine: Machine, staging: Staging, index: number, size: number, repeat: number): void {
    const context = this.#context;
    const executable = this.#executable;
    for (let round = 0; round < repeat; round++) {
      staging.copy(index, context.begin(machine, size, null));
      context.ready(machine);
      machine.start(executable);
      finish(machine);
    }
  }

  #acquire(): Machine {
    if (this.#isClosed()) throw new ClosedError(`program ${this.name}`);
    return acquire(this.#machine);
  }
}

/** @throws UnsupportedFeatureError while a run or a stepper holds the machine */
export function acquire(machine: Machine): Machine {
  if (machine.busy) {
    throw new UnsupportedFeatureError(
      'a run while another one is under way: close the stepper, or wait for the hook to return',
      'interpreter',
    );
  }
  machine.busy = true;
  return machine;
}

/** Puts context and packet in place. @throws PacketSizeError, TypeError */
export function place(machine: Machine, context: ProgramContext, input: ProgramInput): void {
  const packet = input.packet ?? NO_PACKET;
  const given = input.context ?? null;
  requireBytes(packet, 'packet');
  if (given !== null) requireBytes(given, 'context');
  machine.context = context;
  const at = context.begin(machine, packet.length, given);
  machine.arena.bytes.set(packet, at);
  context.ready(machine);
}

/** Runs to the end. @throws ProgramFault */
function finish(machine: Machine): void {
  if (!execute(machine)) throw machine.outOfBudget();
  if (!machine.records.idle) machine.records.reset();
}
