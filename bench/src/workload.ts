import { decode, trustWithoutVerification, type VerifiedObject } from '@anybpf/bytecode';
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

/** Name of the harness measurement. */
export const EMPTY_WORKLOAD = 'empty';

/** `r0 = 2; exit` (XDP_PASS): what remains is the price of a measurement. */
export function emptyWorkload(): Workload {
  const code = decode(Uint8Array.of(0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0));
  const object = trustWithoutVerification(
    {
      endianness: 'little',
      license: 'MIT',
      version: null,
      maps: [],
      programs: [
        {
          name: EMPTY_WORKLOAD,
          section: 'xdp',
          type: 'xdp',
          attachType: null,
          attachTarget: '',
          optional: false,
          sleepable: false,
          fragments: false,
          code,
          functions: [{ name: EMPTY_WORKLOAD, slot: 0, length: 2, btfId: null }],
          lines: [],
          unresolvedCoreRelocations: 0,
        },
      ],
      btf: null,
      failures: [],
    },
    'two instructions of the benchmark itself',
  );
  return { name: EMPTY_WORKLOAD, object, program: EMPTY_WORKLOAD };
}
