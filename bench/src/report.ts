import type { UnsupportedFeatureError } from '@anybpf/runtime';
import type { Machine } from './machine.ts';

/** What a benchmark run found; `anybpf bench --json` prints it as it is. Times are nanoseconds. */
export interface BenchReport {
  readonly machine: Machine;
  /** ISO 8601, start of the run. */
  readonly date: string;
  /** `anybpf`, `node`, `v8`, `kernel`, and the version that each measured backend states. */
  readonly versions: Readonly<Record<string, string>>;
  /** Packets of the shared batch. */
  readonly packets: number;
  readonly method: BenchMethod;
  /** Backends that do not work here. */
  readonly absent: readonly AbsentBackend[];
  /** What a measurement costs (see `harnessWorkloads`). Never subtracted from `results`. */
  readonly harness: readonly BenchResult[];
  readonly results: readonly BenchResult[];
  readonly ratios: readonly BenchRatio[];
}

/** How the figures came about. */
export interface BenchMethod {
  /** Order of the samples: every round measures each backend once. */
  readonly order: string;
  /** Samples per figure; what calibration ran before them does not count. */
  readonly rounds: number;
  /** Time in the programs that a sample aims at. */
  readonly sampleMs: number;
  /** Distinct packets of the shared batch. */
  readonly distinctPackets: number;
}

export interface AbsentBackend {
  readonly backend: string;
  readonly reason: string;
  readonly remedy: string;
}

export interface BenchResult {
  readonly workload: string;
  readonly backend: string;
  /** Samples that count. */
  readonly samples: number;
  /** As the backend measured it; null where it failed, or where its unit is simulated cycles. */
  readonly nsPerPacket: Spread | null;
  /** The whole call on the clock of this process, what the backend does around the program included. */
  readonly wallNsPerPacket: Spread | null;
  /** Simulated, median. Never to be set beside `nsPerPacket`. */
  readonly cyclesPerPacket?: number;
  /** Million packets per second at the median of `nsPerPacket`. */
  readonly mpps: number | null;
  /** Runs of each packet in a sample. */
  readonly repeat: number;
  /** Code of the error that ended the measurement, `ERROR` where it has none; the note has its message. */
  readonly failure?: string;
  readonly note?: string;
}

/** What a backend says of a program that it was never made for: no fault of the program. */
const UNSUPPORTED: UnsupportedFeatureError['code'] = 'UNSUPPORTED_FEATURE';

/**
 * Rows of programs that were rejected, faulted or failed in another way. That a backend lacks what a
 * program needs does not count.
 */
export function failedWorkloads({ results }: BenchReport): BenchResult[] {
  return results.filter(({ failure }) => failure !== undefined && failure !== UNSUPPORTED);
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** How much faster `backend` is than `against`: above 1 it is faster. Measured ns alone. */
export interface BenchRatio {
  readonly workload: string;
  readonly backend: string;
  readonly against: string;
  /** Median over the rounds of (ns of `against`) / (ns of `backend`) in the same round. */
  readonly ratio: number;
}
