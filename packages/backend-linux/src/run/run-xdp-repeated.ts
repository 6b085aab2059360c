import type { BatchResult, PacketBatch, PacketGroups } from '@anybpf/runtime';
import type { Libbpf } from '../libbpf-functions.ts';
import type { FeederTarget } from './feeder.ts';
import { repeatHeld } from './repeat-held.ts';
import { type BatchFailure, runRepeated } from './run-batch.ts';
import { runFed } from './run-fed.ts';
import type { TestRun } from './test-run.ts';

/** Runs in one call below which as many calls of one run take less time, out of the dispatcher. */
const WORTHWHILE = 4096;

export interface XdpUnderTest {
  readonly libbpf: Libbpf;
  readonly target: FeederTarget;
  /** Keeps the program in the dispatcher; false where that cannot be. */
  hold(): boolean;
}

/**
 * Runs every packet of a batch `repeat` times. Packets that the program leaves as they are, are
 * repeated by the kernel; otherwise, or where the program cannot be held in the dispatcher, packets
 * are fed to it.
 *
 * @param repeat at least 2
 */
export function runXdpRepeated(
  test: TestRun,
  { libbpf, target, hold }: XdpUnderTest,
  batch: PacketBatch,
  groups: PacketGroups,
  repeat: number,
): BatchResult | BatchFailure {
  const { fd } = target;
  const { first, group } = groups;
  const isFirst = (i: number): boolean => first[group[i] ?? 0] === i;

  test.setOutputs(true, false);
  const changed = runOnce(test, fd, batch, isFirst);
  if (typeof changed === 'object') return changed;
  if (!changed && hold()) return repeatHeld(test, fd, batch, groups, repeat);

  const others = runOnce(test, fd, batch, (i) => !isFirst(i));
  if (typeof others === 'object') return others;
  test.setOutputs(false, false);
  const left = repeat - 1;
  const feeds = left > 1 && (changed || first.length > 1 || left < WORTHWHILE);
  const fed = feeds ? runFed(test, libbpf, target, batch, left) : null;
  const rest = fed ?? runRepeated(test, fd, batch, groups, left, WORTHWHILE);
  return 'error' in rest ? rest : withFirstPass(rest, batch.count);
}

/** One run of each packet that is chosen. @returns whether any was changed */
function runOnce(
  test: TestRun,
  fd: number,
  { count, offsets, lengths }: PacketBatch,
  chosen: (packet: number) => boolean,
): boolean | BatchFailure {
  let changed = false;
  for (let i = 0; i < count; i++) {
    if (!chosen(i)) continue;
    test.selectPacket(offsets[i] ?? 0, lengths[i] ?? 0);
    const error = test.call(fd, 1);
    if (error !== 0) return { packet: i, error };
    changed ||= test.packetChanged();
  }
  return changed;
}

/** Counts the pass that went before, at the price of the others: single runs say little of it. */
function withFirstPass(rest: BatchResult, count: number): BatchResult {
  const runs = rest.runs + count;
  const value = (rest.cost.value / rest.runs) * runs;
  return { ...rest, runs, cost: { unit: 'ns', value } };
}
