import { InternalError } from '@anybpf/bytecode';
import type { BatchResult, PacketBatch } from '@anybpf/runtime';
import type { Libbpf } from '../libbpf-functions.ts';
import { type FeederTarget, openFeeder } from './feeder.ts';
import { type BatchFailure, runInOrder } from './run-batch.ts';
import type { TestRun } from './test-run.ts';

/** Runs in one call at most, so that no call holds the process for much longer than a second. */
const MAX_RUNS = 1 << 22;

/**
 * Runs a batch of XDP packets `repeat` times in order: all passes but the last in as few calls as
 * possible, each packet fed to the program anew, and the last one packet by packet for its verdicts.
 *
 * For programs that change packets, since the kernel's own repetition does not restore them, and for
 * those that cannot be held in the dispatcher: see `holdInDispatcher`.
 *
 * @returns null where there can be no feeder
 */
export function runFed(
  test: TestRun,
  libbpf: Libbpf,
  target: FeederTarget,
  batch: PacketBatch,
  repeat: number,
): BatchResult | BatchFailure | null {
  const fed = timeFed(test, libbpf, target, batch, (repeat - 1) * batch.count);
  if (fed === null || typeof fed === 'object') return fed;
  const last = runInOrder(test, target.fd, batch);
  if ('error' in last) return last;
  const runs = repeat * batch.count;
  return {
    verdicts: last.verdicts,
    runs,
    cost: { unit: 'ns', value: fed * runs },
    note: 'each run includes feeding the packet to the program: a copy and a tail call',
  };
}

/** @returns nanoseconds per run */
function timeFed(
  test: TestRun,
  libbpf: Libbpf,
  target: FeederTarget,
  batch: PacketBatch,
  runs: number,
): number | BatchFailure | null {
  const feeder = openFeeder(libbpf, target, batch);
  if (feeder === null) return null;
  try {
    const passes = Math.max(1, Math.floor(MAX_RUNS / batch.count));
    test.selectPacket(batch.offsets[0] ?? 0, batch.lengths[0] ?? 0);
    let ns = 0;
    for (let left = runs; left > 0; ) {
      const now = Math.min(left, passes * batch.count);
      const error = feeder.rewind() || test.call(feeder.fd, now);
      if (error !== 0) return { packet: 0, error };
      ns += test.duration * now;
      left -= now;
      const lost = feeder.failures();
      if (lost !== 0) throw new InternalError(`the feeder did not reach the program (${lost})`);
    }
    return ns / runs;
  } finally {
    feeder.close();
  }
}
