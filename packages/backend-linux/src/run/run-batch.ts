import type { BatchResult, PacketBatch, PacketGroups } from '@anybpf/runtime';
import { repeatPacket } from './repeat-packet.ts';
import type { TestRun } from './test-run.ts';

/** Runs per call below which the kernel's timer weighs more than a short program. */
const SMALL_CHUNK = 64;

/** A call for one packet failed; `packet` is its index. */
export interface BatchFailure {
  readonly packet: number;
  /** Negated errno. */
  readonly error: number;
}

/** Every packet once, in order, one call each. */
export function runInOrder(
  test: TestRun,
  fd: number,
  batch: PacketBatch,
): BatchResult | BatchFailure {
  const { count, offsets, lengths } = batch;
  const verdicts = new Uint32Array(count);
  let ns = 0;
  for (let i = 0; i < count; i++) {
    test.selectPacket(offsets[i] ?? 0, lengths[i] ?? 0);
    const error = test.call(fd, 1);
    if (error !== 0) return { packet: i, error };
    verdicts[i] = test.verdict;
    ns += test.duration;
  }
  return {
    verdicts,
    runs: count,
    cost: { unit: 'ns', value: ns },
    note: "one call per packet: the kernel's time of a single run includes its timer",
  };
}

/**
 * Every distinct packet `repeat` times for each of its occurrences.
 *
 * @param worthwhile as `repeatPacket` takes it
 */
export function runRepeated(
  test: TestRun,
  fd: number,
  batch: PacketBatch,
  { first, count, group }: PacketGroups,
  repeat: number,
  worthwhile: number,
): BatchResult | BatchFailure {
  const verdictOfGroup = new Uint32Array(first.length);
  let ns = 0;
  let small = 0;
  for (let g = 0; g < first.length; g++) {
    const packet = first[g] ?? 0;
    const runs = repeat * (count[g] ?? 0);
    test.selectPacket(batch.offsets[packet] ?? 0, batch.lengths[packet] ?? 0);
    const repetition = repeatPacket(test, fd, runs, repeat, worthwhile);
    if (repetition.error !== 0) return { packet, error: repetition.error };
    verdictOfGroup[g] = repetition.verdict;
    ns += repetition.nsPerRun * runs;
    if (repetition.chunk < SMALL_CHUNK) small++;
  }
  const result = {
    verdicts: Uint32Array.from(group, (g) => verdictOfGroup[g] ?? 0),
    runs: batch.count * repeat,
    cost: { unit: 'ns', value: ns },
  } as const;
  if (small === 0) return result;
  return {
    ...result,
    note: `${small} of ${first.length} distinct packets were repeated fewer than ${SMALL_CHUNK} times per call: the time includes the kernel's timer`,
  };
}
