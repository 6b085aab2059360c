import { readFileSync } from 'node:fs';

/** A program in one line, and the bytes that Linux let through of each packet. */
type KernelRun = readonly [program: string, kept: readonly number[]];

export interface KernelRuns {
  readonly packets: readonly Uint8Array[];
  readonly runs: readonly KernelRun[];
}

/** What Linux itself did with classic programs: see the head of the file. */
export function readKernelRuns(): KernelRuns {
  const packets: Uint8Array[] = [];
  const runs: KernelRun[] = [];
  const text = readFileSync(new URL('kernel-runs.txt', import.meta.url), 'utf8');
  for (const line of text.split('\n')) {
    const packet = /^packet ([0-9a-f]+)$/.exec(line)?.[1];
    const [program = '', kept] = line.split(' -> ');
    if (packet !== undefined) packets.push(new Uint8Array(Buffer.from(packet, 'hex')));
    else if (kept !== undefined) runs.push([program, kept.split(' ').map(Number)]);
  }
  return { packets, runs };
}
