import { AnyBpfError } from '@anybpf/bytecode';
import type {
  Backend,
  BatchResult,
  BpfMap,
  LoadedObject,
  PacketBatch,
  Program,
} from '@anybpf/runtime';
import type { Workload } from '../workload.ts';

/** Why a lane has no figures. */
export interface LaneFailure {
  /** Of AnyBpfError; `ERROR` for any other. */
  readonly code: string;
  readonly message: string;
}

/** One measurement of a lane, per packet run. */
export interface Sample {
  /** In the unit of the backend. */
  readonly cost: number;
  /** Nanoseconds of the whole call. */
  readonly wall: number;
}

/** Calls before the first sample at most. */
const WARM_UP_CALLS = 20;

/** Bounds of `repeat` after the first call and after the later ones. */
const FEW_REPEATS = 100;
const MAX_REPEAT = 1_000_000;

/** No call is made longer than this, whatever the programs' share of it. */
const MAX_CALL_MS = 2000;

/**
 * One workload on one backend, loaded and ready to be sampled. After a failure the lane is closed,
 * `failure` says why, and the other lanes go on.
 */
export class Lane {
  readonly backend: string;
  readonly samples: Sample[] = [];
  /** Runs of each packet per sample. */
  repeat = 1;
  /** Of the first pass over fresh maps. */
  verdicts: Uint32Array = new Uint32Array(0);
  failure: LaneFailure | null = null;
  /** Of the last call. */
  result: BatchResult | null = null;
  private loaded: LoadedObject | null = null;
  private program: Program | null = null;
  private rings: readonly BpfMap[] = [];
  private readonly batch: PacketBatch;

  constructor(backend: string, batch: PacketBatch) {
    this.backend = backend;
    this.batch = batch;
  }

  async open(backend: Backend, workload: Workload): Promise<void> {
    try {
      this.loaded = await backend.load(workload.object, workload.loadOptions);
      workload.prepare?.(this.loaded);
      this.program = this.loaded.programs.get(workload.program) ?? null;
      if (this.program === null) throw missing(workload);
      this.rings = [...this.loaded.maps.values()].filter((map) => map.spec.type === 'ringbuf');
    } catch (error) {
      await this.fail(error);
    }
  }

  /**
   * Warms up and finds a `repeat` with which the programs run for about `sampleMs`. What counts for
   * it is the cost that the backend states: around it, a call may take far longer (linux waits for
   * the kernel before and after).
   *
   * @param warmUpMs least duration of all calls together, unless they are very short
   */
  calibrate(sampleMs: number, warmUpMs: number): void {
    let warm = 0;
    for (let call = 0; call < WARM_UP_CALLS && this.failure === null; call++) {
      // A backend may do something else for `repeat` 1 than above it: what one pass costs is no
      // measure for many.
      warm += this.adjust(sampleMs, call === 0 ? FEW_REPEATS : MAX_REPEAT);
      if (call === 0 && this.result) this.verdicts = this.result.verdicts.slice();
      if (warm >= warmUpMs && (call > 0 || this.repeat === 1)) return;
    }
  }

  /** One call, and the repeat that it suggests. @returns milliseconds that it took */
  private adjust(sampleMs: number, most: number): number {
    const start = performance.now();
    this.call();
    const wall = performance.now() - start;
    if (this.result !== null && this.failure === null) {
      const { unit, value } = this.result.cost;
      const cost = unit === 'ns' ? value / 1e6 : wall;
      const factor = Math.min(sampleMs / Math.max(cost, 1e-6), MAX_CALL_MS / Math.max(wall, 1e-6));
      this.repeat = Math.min(most, Math.max(1, Math.ceil(this.repeat * factor)));
    }
    return wall;
  }

  /** Whether the program has a ring buffer, which is emptied between calls alone. */
  get hasRing(): boolean {
    return this.rings.length > 0;
  }

  /** One sample's worth of work. Never throws. @returns a number that depends on every verdict's sum */
  call(): number {
    try {
      if (this.program === null || this.failure !== null) return -1;
      // A full ring would turn every later record into a failed reservation.
      for (const ring of this.rings) ring.drain();
      this.result = this.program.runBatch(this.batch, { repeat: this.repeat });
      return this.result.cost.value;
    } catch (error) {
      this.failure = failureOf(error);
      return -1;
    }
  }

  /** Keeps the last call as a sample. @param seconds on the clock, of that call */
  keep(seconds: number): void {
    if (this.failure !== null || this.result === null) return;
    const { cost, runs } = this.result;
    this.samples.push({ cost: cost.value / runs, wall: (seconds * 1e9) / runs });
  }

  /** Never throws; closing again does nothing. */
  async close(): Promise<void> {
    const { loaded } = this;
    this.loaded = null;
    this.program = null;
    try {
      await loaded?.close();
    } catch (error) {
      this.failure ??= failureOf(error);
    }
  }

  private async fail(error: unknown): Promise<void> {
    this.failure = failureOf(error);
    await this.close();
  }
}

/** Why the object has no such program: it did not link, or nobody loads it. */
function missing({ object, program }: Workload): Error {
  const failure = object.linked.failures.find((candidate) => candidate.program === program);
  return failure ?? new Error(`no program "${program}" was loaded`);
}

function failureOf(error: unknown): LaneFailure {
  return {
    code: error instanceof AnyBpfError ? error.code : 'ERROR',
    message: error instanceof Error ? error.message : String(error),
  };
}
