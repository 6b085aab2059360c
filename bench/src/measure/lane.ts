import type {
  Backend,
  BatchResult,
  BpfMap,
  LoadedObject,
  PacketBatch,
  Program,
} from '@anybpf/runtime';
import type { Workload } from '../workload.ts';

/** One measurement of a lane, per packet run. */
export interface Sample {
  /** In the unit of the backend. */
  readonly cost: number;
  /** Nanoseconds of the whole call. */
  readonly wall: number;
}

const MAX_REPEAT = 1_000_000;

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
  failure: string | null = null;
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
      this.loaded = await backend.load(workload.object, workload.load);
      workload.prepare?.(this.loaded);
      this.program = this.loaded.programs.get(workload.program) ?? null;
      if (this.program === null) throw new Error(`no program "${workload.program}" was loaded`);
      this.rings = [...this.loaded.maps.values()].filter((map) => map.spec.type === 'ringbuf');
    } catch (error) {
      await this.fail(error);
    }
  }

  /**
   * Finds a `repeat` with which a call lasts at least `sampleMs`. Grows at most tenfold per step: a
   * backend may do something else for `repeat` 1 than above it.
   *
   * @param clock milliseconds
   */
  async calibrate(sampleMs: number, clock: () => number): Promise<void> {
    for (let first = true; this.failure === null; first = false) {
      const start = clock();
      this.call();
      const elapsed = clock() - start;
      if (first && this.result) this.verdicts = this.result.verdicts.slice();
      if (this.failure !== null || elapsed >= sampleMs || this.repeat >= MAX_REPEAT) return;
      const factor = Math.min(10, Math.max(1.5, (1.2 * sampleMs) / Math.max(elapsed, 1e-3)));
      this.repeat = Math.min(MAX_REPEAT, Math.ceil(this.repeat * factor));
    }
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
      this.failure = messageOf(error);
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
      this.failure ??= messageOf(error);
    }
  }

  private async fail(error: unknown): Promise<void> {
    this.failure = messageOf(error);
    await this.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
