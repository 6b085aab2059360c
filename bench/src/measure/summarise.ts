import type { BenchRatio, BenchResult } from '../report.ts';
import { pairedRatio, spreadOf } from '../statistics.ts';
import type { Workload } from '../workload.ts';
import type { Lane } from './lane.ts';

/** One row per backend. A backend that failed has null for its figures and a note that says why. */
export function resultsOf(workload: Workload, lanes: readonly Lane[]): BenchResult[] {
  const reference = lanes.find((lane) => lane.failure === null);
  return lanes.map((lane) => {
    const note = notesOf(workload, lane, reference).join('; ');
    const row = {
      workload: workload.name,
      backend: lane.backend,
      repeat: lane.repeat,
      ...(lane.failure === null ? {} : { failure: lane.failure.code }),
      ...(note === '' ? {} : { note }),
    };
    if (lane.failure !== null || lane.samples.length === 0) {
      return { ...row, samples: 0, nsPerPacket: null, wallNsPerPacket: null, mpps: null };
    }
    const cost = spreadOf(lane.samples.map((sample) => sample.cost));
    const measured = {
      ...row,
      samples: lane.samples.length,
      wallNsPerPacket: spreadOf(lane.samples.map((sample) => sample.wall)),
    };
    return lane.result?.cost.unit === 'cycles'
      ? { ...measured, nsPerPacket: null, cyclesPerPacket: cost?.median ?? 0, mpps: null }
      : { ...measured, nsPerPacket: cost, mpps: cost === null ? null : 1000 / cost.median };
  });
}

/** Each backend against each one before it; only where both were measured in nanoseconds. */
export function ratiosOf(workload: Workload, lanes: readonly Lane[]): BenchRatio[] {
  const timed = lanes.filter(
    (lane) => lane.failure === null && lane.samples.length > 0 && lane.result?.cost.unit === 'ns',
  );
  return timed.flatMap((lane, i) =>
    timed.slice(0, i).map((against) => ({
      workload: workload.name,
      backend: lane.backend,
      against: against.backend,
      ratio: pairedRatio(
        against.samples.map((sample) => sample.cost),
        lane.samples.map((sample) => sample.cost),
      ),
    })),
  );
}

function notesOf(workload: Workload, lane: Lane, reference: Lane | undefined): string[] {
  if (lane.failure !== null) return [`failed: ${lane.failure.message}`];
  const notes: string[] = [];
  if (workload.note !== undefined) notes.push(workload.note);
  if (lane.result?.note !== undefined) notes.push(lane.result.note);
  if (lane.hasRing)
    notes.push('the ring buffer is emptied between samples, so it fills during one');
  const different = reference === undefined ? 0 : differing(reference.verdicts, lane.verdicts);
  if (reference !== undefined && different > 0) {
    notes.push(`other verdicts than ${reference.backend} on ${different} packets`);
  }
  return notes;
}

function differing(a: Uint32Array, b: Uint32Array): number {
  return a.reduce((count, verdict, i) => count + (verdict === b[i] ? 0 : 1), 0);
}
