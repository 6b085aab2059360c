import {
  linkObject,
  parseObject,
  trustWithoutVerification,
  type VerifiedObject,
} from '@anybpf/bytecode';
import { type ProgramFixture, programs } from '@anybpf/programs';
import { type PacketBatch, packetAt, workloadBatch } from '@anybpf/runtime';
import type { Workload } from './workload.ts';

/** The ten programs of this repository, over the shared batch. */
export function programWorkloads(fixtures: readonly ProgramFixture[] = programs): Workload[] {
  return fixtures.map((fixture) => ({
    name: fixture.name,
    object: vouched(fixture.object()),
    program: fixture.program,
    prepare: (loaded) => fixture.prepare(loaded),
  }));
}

/**
 * The batch that all programs share: 1,024 packets, half of them 64-byte UDP flows, a quarter IMIX
 * sizes of mixed protocols, a quarter from the programs' own packet sets, so that each program also
 * meets what its maps know. Few are distinct: the kernel waits some 20 ms at each distinct packet.
 *
 * @param flows distinct packets of the first two kinds each; as many are taken from the sets
 */
export function sharedBatch(
  flows = 8,
  fixtures: readonly ProgramFixture[] = programs,
): PacketBatch {
  const sets = fixtures.map((fixture) => fixture.packets());
  const also = Array.from({ length: flows }, (_, i) => {
    const set = sets[sets.length - 1 - (i % sets.length)];
    // The first packets of a set are its ordinary ones.
    return set === undefined ? [] : [packetAt(set, Math.floor(i / sets.length) % set.count)];
  });
  return workloadBatch({ flows, also: also.flat() });
}

function vouched(bytes: Uint8Array): VerifiedObject {
  return trustWithoutVerification(linkObject(parseObject(bytes)), 'a program of this repository');
}
