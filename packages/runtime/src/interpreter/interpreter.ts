import { isVerified, type VerifiedObject } from '@anybpf/bytecode';
import type {
  Backend,
  BackendStatus,
  Capabilities,
  LoadedObject,
  LoadOptions,
} from '../backend.ts';
import { UnsupportedFeatureError } from '../errors.ts';
import { bindHelper, IMPLEMENTED_HELPERS } from '../helpers/registry.ts';
import { RUNTIME_MAP_TYPES } from '../maps/create-map-storage.ts';
import { RUNNABLE_TYPES } from './contexts/create-context.ts';
import { RawContext } from './contexts/raw.ts';
import { type Environment, hostClock, type RouteTable, seededRandom } from './environment.ts';
import { loadObject } from './load-object.ts';
import { Machine } from './machine.ts';

export interface InterpreterOptions {
  /** CPUs that per-CPU maps have slots for. Default 1. */
  readonly cpus?: number;
  /** CPU that programs run on. Default 0. */
  readonly cpu?: number;
  /** Instructions that one run may execute, tail calls included. Default 16 Mi (16,777,216). */
  readonly instructionBudget?: number;
  /** Nanoseconds, for bpf_ktime_get_ns and its kin. Default: the host's monotonic clock. */
  readonly clock?: () => number;
  /** Seed of bpf_get_prandom_u32. Default 1: runs repeat. */
  readonly randomSeed?: number;
  /** Seed of hash maps; see `MapStorageOptions`. Default 0. */
  readonly hashSeed?: number;
  /** Takes each message of bpf_trace_printk. Default: they are dropped. */
  readonly trace?: (message: string) => void;
  /** Answers bpf_fib_lookup. Default: the loopback device alone, which does not forward. */
  readonly routes?: RouteTable;
  /** Count executions per instruction (see `coverageOf`). Default false, and then free of cost. */
  readonly coverage?: boolean;
}

const DEFAULT_BUDGET = 16 * 1024 * 1024;

const CAPABILITIES: Capabilities = {
  programTypes: RUNNABLE_TYPES,
  mapTypes: RUNTIME_MAP_TYPES,
  helpers: IMPLEMENTED_HELPERS,
};

/**
 * The reference interpreter: every instruction and every helper as Linux 6.18 has it, every memory
 * access checked. A program that does what no verified program does is stopped by a `ProgramFault`.
 *
 * What the kernel leaves open is fixed here: r0 and r2 to r9 are 0 at entry, stacks are zero, r1 to
 * r5 keep their values over a helper call.
 *
 * @throws RangeError for options outside their range
 */
export function createInterpreter(options: InterpreterOptions = {}): Backend {
  return new Interpreter(options);
}

class Interpreter implements Backend {
  readonly name = 'interpreter';
  readonly variants: readonly string[] = [];
  readonly capabilities: Capabilities = CAPABILITIES;
  readonly #machine: Machine;
  readonly #coverage: boolean;
  readonly #hashSeed: number;

  constructor(options: InterpreterOptions) {
    const environment = environmentOf(options);
    this.#machine = new Machine(environment, RawContext.none(), (number, executable) => {
      const helper = bindHelper(number, executable.type, executable.linked.attachType);
      return typeof helper === 'string' ? null : helper;
    });
    this.#coverage = options.coverage ?? false;
    this.#hashSeed = options.hashSeed ?? 0;
  }

  probe(): Promise<BackendStatus> {
    return Promise.resolve({ available: true, version: 'Linux 6.18 semantics' });
  }

  async load(object: VerifiedObject, options: LoadOptions = {}): Promise<LoadedObject> {
    if (!isVerified(object)) {
      throw new UnsupportedFeatureError(
        'objects that neither the verifier nor trustWithoutVerification has let pass',
        this.name,
      );
    }
    return loadObject(this.#machine, object, {
      ...options,
      coverage: this.#coverage,
      hashSeed: this.#hashSeed,
    });
  }
}

function environmentOf(options: InterpreterOptions): Environment {
  const { cpus = 1, cpu = 0, instructionBudget = DEFAULT_BUDGET } = options;
  requireWhole('cpus', cpus, 1, 1024);
  requireWhole('cpu', cpu, 0, cpus - 1);
  requireWhole('instructionBudget', instructionBudget, 1, 2 ** 31 - 1);
  return {
    cpus,
    cpu,
    budget: instructionBudget,
    clock: options.clock ?? hostClock(),
    random: seededRandom(options.randomSeed ?? 1),
    trace: options.trace ?? (() => {}),
    routes: options.routes ?? null,
  };
}

function requireWhole(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} is ${value}, not a whole number from ${min} to ${max}`);
  }
}
