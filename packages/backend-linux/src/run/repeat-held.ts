import type { BatchResult, PacketBatch, PacketGroups } from '@anybpf/runtime';
import type { BatchFailure } from './run-batch.ts';
import type { TestRun } from './test-run.ts';

/** Runs in one call at most, so that no call holds the process for long. */
const MAX_CHUNK = 1 << 20;

/** Nanoseconds of runs per call below which the kernel's timer, about 100 ns, is above 4 %. */
const SHORT_CALL = 2500;

/**
 * Repeats each distinct packet in as few calls as possible, for a program that leaves packets as
 * they are and that is held in the dispatcher. Every packet has had one run before.
 *
 * @param repeat runs of each packet of the batch, the one before included; at least 2
 */
export function repeatHeld(
  test: TestRun,
  fd: number,
  batch: PacketBatch,
  { first, count, group }: PacketGroups,
  repeat: number,
): BatchResult | BatchFailure {
  const verdictOfGroup = new Uint32Array(first.length);
  let ns = 0;
  let short = 0;
  let changed = 0;
  for (let g = 0; g < first.length; g++) {
    const packet = first[g] ?? 0;
    const runs = repeat * (count[g] ?? 0);
    const calls = Math.ceil((runs - 1) / MAX_CHUNK);
    const chunk = Math.ceil((runs - 1) / calls);
    test.selectPacket(batch.offsets[packet] ?? 0, batch.lengths[packet] ?? 0);
    let measured = 0;
    let changes = false;
    for (let left = runs - 1; left > 0; left -= chunk) {
      const now = Math.min(left, chunk);
      const error = test.call(fd, now);
      if (error !== 0) return { packet, error };
      measured += test.duration * now;
      changes ||= test.packetChanged();
    }
    verdictOfGroup[g] = test.verdict;
    ns += (measured / (runs - 1)) * runs;
    if (measured / calls < SHORT_CALL) short++;
    if (changes) changed++;
  }
  const note = notes(short, changed, first.length);
  return {
    verdicts: Uint32Array.from(group, (g) => verdictOfGroup[g] ?? 0),
    runs: batch.count * repeat,
    cost: { unit: 'ns', value: ns },
    ...(note === '' ? {} : { note }),
  };
}

function notes(short: number, changed: number, distinct: number): string {
  const found: string[] = [];
  if (short > 0) {
    found.push(
      `${short} of ${distinct} distinct packets ran for less than ${SHORT_CALL / 1000} us per call: the time includes the kernel's timer`,
    );
  }
  if (changed > 0) {
    found.push(
      `${changed} of ${distinct} distinct packets were changed in a later run: runs after it met the changed packet`,
    );
  }
  return found.join('; ');
}
