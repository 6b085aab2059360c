import type {
  LinkedProgram,
  MapSpec,
  MapTypeName,
  ProgramTypeName,
  VerifiedObject,
} from '@anybpf/bytecode';
import type { PacketBatch } from './packets/packet-batch.ts';

/** The plug-in contract: everything a machine must offer to run eBPF objects. */
export interface Backend {
  /** As `--backend` takes it: `interpreter`, `linux`, ... */
  readonly name: string;
  /** Names that may follow a colon, e.g. `hxdp-rtl` of `smartnic-sim:hxdp-rtl`; empty when none. */
  readonly variants: readonly string[];
  /** This backend set to one of `variants`; its `name` then ends in the variant. */
  withVariant?(variant: string): Backend;
  /** Declared, so that what is lacking is refused at load and not met by crashing. */
  readonly capabilities: Capabilities;
  /** Whether it works here. Cheap, without side effects, never throws. */
  probe(): Promise<BackendStatus>;
  /**
   * Creates maps (with their initial contents) and programs.
   *
   * @throws UnsupportedFeatureError for what `capabilities` lacks
   * @throws BackendUnavailableError where `probe` says no
   * Whatever is thrown, nothing stays open.
   */
  load(object: VerifiedObject, options?: LoadOptions): Promise<LoadedObject>;
}

export interface Capabilities {
  readonly programTypes: ReadonlySet<ProgramTypeName>;
  readonly mapTypes: ReadonlySet<MapTypeName>;
  /** Helper numbers (enum bpf_func_id). */
  readonly helpers: ReadonlySet<number>;
}

export type BackendStatus =
  | { readonly available: true; readonly version: string }
  | {
      readonly available: false;
      /** One sentence. */
      readonly reason: string;
      /** What the user can do about it: one sentence, a command where there is one. */
      readonly remedy: string;
    };

export interface LoadOptions {
  /** Load only these; default: all but the optional ones (`?` before the section name). */
  readonly programs?: readonly string[];
  /** Type of programs whose section name says nothing. Default `socket_filter`. */
  readonly defaultProgramType?: ProgramTypeName;
}

export interface LoadedObject extends AsyncDisposable {
  readonly programs: ReadonlyMap<string, Program>;
  readonly maps: ReadonlyMap<string, BpfMap>;
  /** Releases programs and maps; later use throws ClosedError. Closing again does nothing. */
  close(): Promise<void>;
}

export interface Program {
  readonly name: string;
  readonly type: ProgramTypeName;
  readonly linked: LinkedProgram;
  /** @throws PacketSizeError, ClosedError, ProgramFault (checked backends) */
  run(input: ProgramInput): RunResult;
  /**
   * Runs every packet `repeat` times. With `repeat` 1 packets run in order, one after another, and
   * map state evolves as on a wire; above 1 a backend may group equal packets, for throughput.
   */
  runBatch(batch: PacketBatch, options?: BatchOptions): BatchResult;
}

export interface ProgramInput {
  /** Frame from the Ethernet header on. Not changed. Default: none. */
  readonly packet?: Uint8Array;
  /** Context in the kernel's user-space layout (struct xdp_md, __sk_buff, ...). Not changed. */
  readonly context?: Uint8Array;
}

export interface RunResult {
  /** r0 at exit, as an unsigned 32-bit number. */
  readonly verdict: number;
  /**
   * The packet after the run; null where the program type has none. Types that see it from the
   * network header on get the Ethernet header back as it was given.
   */
  readonly packet: Uint8Array | null;
  /** The context after the run in the layout of `ProgramInput.context`; null where there is none. */
  readonly context: Uint8Array | null;
  readonly cost: Cost;
}

/** `ns` is measured on the host, `cycles` is simulated: the two never mix in one column. */
export interface Cost {
  readonly unit: 'ns' | 'cycles';
  /** Of the whole run or batch. */
  readonly value: number;
}

export interface BatchOptions {
  /** Runs per packet. Default 1. */
  readonly repeat?: number;
}

export interface BatchResult {
  /** Verdict of each packet of the batch (of its last run). */
  readonly verdicts: Uint32Array;
  /** Program runs: packets times repeat. */
  readonly runs: number;
  readonly cost: Cost;
  /** How the figure came about, where that needs saying beside it. */
  readonly note?: string;
}

/**
 * A map as user space sees it. Keys and values are bytes in host order. Kernel semantics and flags
 * (BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2, BPF_F_LOCK 4).
 *
 * Errors: MapSizeError for a key or value of the wrong length, MapOperationError (with the kernel's
 * errno) for what the kernel refuses, ClosedError after close.
 */
export interface BpfMap extends Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
  readonly name: string;
  readonly spec: MapSpec;
  /** Slots per key of per-CPU maps (possible CPUs); 1 for the others. */
  readonly cpus: number;
  /**
   * A copy of the value; undefined on a miss. Per-CPU maps: one slot of `valueSize` rounded up to 8
   * bytes per CPU, one after another, as the kernel gives them.
   */
  get(key: Uint8Array): Uint8Array | undefined;
  /** Per-CPU maps take all slots, in the layout of `get`. */
  set(key: Uint8Array, value: Uint8Array, flags?: number): void;
  /** Puts a program into a program array, or a map into a map of maps. */
  setReference(key: Uint8Array, target: Program | BpfMap): void;
  /** @returns whether the key was there */
  delete(key: Uint8Array): boolean;
  /** Keys in the map's own order; empty for maps without keys. */
  keys(): IterableIterator<Uint8Array>;
  /** Queue and stack. */
  push(value: Uint8Array, flags?: number): void;
  pop(): Uint8Array | undefined;
  peek(): Uint8Array | undefined;
  /** Ring buffer: takes every record submitted so far, in order. */
  drain(): Uint8Array[];
}
