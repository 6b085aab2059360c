import {
  linkObject,
  parseObject,
  trustWithoutVerification,
  type VerifiedObject,
} from '@anybpf/bytecode';
import { type ProgramFixture, programs } from '@anybpf/programs';
import { type PacketBatch, packetAt, workloadBatch } from '@anybpf/runtime';
import type { Workload } from './workload.ts';

/** Bytes of the longest Ethernet frame without FCS: some sets have longer ones, which no wire has. */
const MAX_FRAME = 1514;

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
 * meets what its maps know.
 */
export function sharedBatch(fixtures: readonly ProgramFixture[] = programs): PacketBatch {
  const also = fixtures
    .flatMap((fixture) => {
      const batch = fixture.packets();
      return Array.from({ length: batch.count }, (_, i) => packetAt(batch, i));
    })
    .filter((packet) => packet.length <= MAX_FRAME);
  return workloadBatch({ also });
}

function vouched(bytes: Uint8Array): VerifiedObject {
  return trustWithoutVerification(linkObject(parseObject(bytes)), 'a program of this repository');
}
