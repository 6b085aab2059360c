import { type Backend, groupPackets, type PacketBatch, probeAll } from '@anybpf/runtime';
import { theseVersions, thisMachine } from './machine.ts';
import { measureWorkload } from './measure/measure-workload.ts';
import { ratiosOf, resultsOf } from './measure/summarise.ts';
import type { AbsentBackend, BenchReport } from './report.ts';
import { harnessWorkloads, type Workload } from './workload.ts';

export interface BenchOptions {
  readonly workloads: readonly Workload[];
  /** In the order of the report. Those that do not work here are listed as absent. */
  readonly backends: readonly Backend[];
  /** Shared by every workload that brings none of its own. */
  readonly batch: PacketBatch;
  /** Samples per workload and backend. Default 9. */
  readonly rounds?: number;
  /** Time in the programs that a sample aims at. Default 25. */
  readonly sampleMs?: number;
  /** Runs before the first sample of a backend, for its compiler's sake. Default 250. */
  readonly warmUpMs?: number;
  /** Called before each workload; the harness measurements are the first of `total`. */
  onProgress?(step: BenchProgress): void;
}

export interface BenchProgress {
  readonly workload: string;
  /** Workloads done so far. */
  readonly done: number;
  readonly total: number;
}

/**
 * Measures packets per second of every workload on every backend.
 *
 * A backend that fails in one workload has null there, with a note; nothing is thrown for it.
 */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const { batch, rounds = 9, sampleMs = 25, warmUpMs = 250 } = options;
  const date = new Date().toISOString();
  const machine = thisMachine();
  const versions = theseVersions();

  const probes = await probeAll(options.backends);
  const absent: AbsentBackend[] = [];
  const present: Backend[] = [];
  for (const [i, { name, status }] of probes.entries()) {
    const backend = options.backends[i];
    if (!status.available) {
      absent.push({ backend: name, reason: status.reason, remedy: status.remedy });
    } else if (backend !== undefined) {
      present.push(backend);
      versions[name] = status.version;
    }
  }

  const harness = harnessWorkloads();
  const workloads = [...harness, ...options.workloads];
  const measured = [];
  for (const [done, workload] of workloads.entries()) {
    options.onProgress?.({ workload: workload.name, done, total: workloads.length });
    const lanes = await measureWorkload(workload, present, batch, { rounds, sampleMs, warmUpMs });
    measured.push({ results: resultsOf(workload, lanes), ratios: ratiosOf(workload, lanes) });
  }
  const rows = measured.splice(harness.length);
  return {
    machine,
    date,
    versions,
    packets: batch.count,
    method: {
      order: 'A B A B',
      rounds,
      sampleMs,
      distinctPackets: groupPackets(batch).first.length,
    },
    absent,
    harness: measured.flatMap(({ results }) => results),
    results: rows.flatMap(({ results }) => results),
    ratios: rows.flatMap(({ ratios }) => ratios),
  };
}
