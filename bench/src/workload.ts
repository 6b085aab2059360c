import {
  assemble,
  linkCode,
  trustWithoutVerification,
  type VerifiedObject,
} from '@anybpf/bytecode';
import type { LoadedObject, LoadOptions, PacketBatch } from '@anybpf/runtime';

/** One program with its packets: what a row of the report measures. */
export interface Workload {
  /** As it stands in the report. */
  readonly name: string;
  readonly object: VerifiedObject;
  /** Entry program in the object. */
  readonly program: string;
  /** Default: every program that is not optional, since tail calls may need them. */
  readonly loadOptions?: LoadOptions;
  /** Default: the shared batch. */
  readonly batch?: PacketBatch;
  /** Puts into the maps what the program expects. */
  prepare?(loaded: LoadedObject): void;
  /** What a reader has to know beside the figures. */
  readonly note?: string;
}

/**
 * What a measurement costs: an empty program, and one that changes a byte of its packet, since a
 * backend may measure such a program in another way.
 */
export function harnessWorkloads(): Workload[] {
  return [
    bareWorkload('empty', 'r0 = 2\nexit'),
    bareWorkload(
      'one-byte',
      `r2 = *(u32 *)(r1 + 0)
       r3 = *(u32 *)(r1 + 4)
       r4 = r2
       r4 += 1
       if r4 > r3 goto out
       r5 = *(u8 *)(r2 + 0)
       r5 ^= 1
       *(u8 *)(r2 + 0) = r5
     out:
       r0 = 2
       exit`,
    ),
  ];
}

/** An XDP program without maps. */
function bareWorkload(name: string, text: string): Workload {
  const linked = linkCode(assemble(text), { name, type: 'xdp', license: 'MIT' });
  const object = trustWithoutVerification(linked, 'a few instructions of the benchmark itself');
  return { name, object, program: name };
}
