import type { Backend, PacketBatch } from '@anybpf/runtime';
import type { Workload } from '../workload.ts';
import { runRound } from './benny-round.ts';
import { Lane } from './lane.ts';

export interface MeasureOptions {
  readonly rounds: number;
  readonly sampleMs: number;
  readonly warmUpMs: number;
}

/**
 * Measures one workload on every backend, A B A B: each round takes one sample of each, so that
 * whatever drifts during the run hits all of them alike. Calibration warms up.
 *
 * @param batch the shared one
 * @returns one closed lane per backend, in order, failed ones included
 */
export async function measureWorkload(
  workload: Workload,
  backends: readonly Backend[],
  batch: PacketBatch,
  options: MeasureOptions,
): Promise<readonly Lane[]> {
  const lanes = backends.map(({ name }) => new Lane(name, workload.batch ?? batch));
  try {
    for (const [i, backend] of backends.entries()) {
      const lane = lanes[i];
      if (lane === undefined) continue;
      await lane.open(backend, workload);
      lane.calibrate(options.sampleMs, options.warmUpMs);
    }
    for (let round = 0; round < options.rounds; round++) {
      const running = lanes.filter((lane) => lane.failure === null);
      if (running.length === 0) break;
      const seconds = await runRound(
        workload.name,
        running.map((lane) => ({ name: lane.backend, run: () => lane.call() })),
      );
      for (const [i, lane] of running.entries()) lane.keep(seconds[i] ?? Number.NaN);
    }
    return lanes;
  } finally {
    for (const lane of lanes) await lane.close();
  }
}
