/**
 * The shape of a platform's tables. A platform (linux, windows) is plain frozen data: which
 * helpers, map types, program types and contexts exist there and what each demands. Verifier,
 * disassembler, interpreter and code generators all read the same rows.
 */

/**
 * What a helper expects in an argument register, after the kernel's enum bpf_arg_type
 * (include/linux/bpf.h). Modifiers that the kernel ORs into the type are fields of
 * {@link HelperArgument}.
 */
export type ArgumentKind =
  /** Any initialised value. */
  | 'anything'
  /** Any number, never a pointer. */
  | 'scalar'
  /** The constant 0 (reserved flags). */
  | 'zero'
  /** The program's context, at offset 0. */
  | 'ctx'
  /** Handle of a map, known at verification; "the map" of the arguments after it. */
  | 'const-map-ptr'
  /** Pointer to key-size initialised bytes of the map. */
  | 'map-key'
  /** Pointer to value-size initialised bytes of the map. */
  | 'map-value'
  /** Pointer to value-size bytes that the helper fills. */
  | 'map-value-uninit'
  /** Initialised memory that the helper reads; its length follows, or `size` fixes it. */
  | 'mem-readonly'
  /** Memory that the helper fills whole; need not be initialised before. */
  | 'mem-uninit'
  /** Memory that must be initialised and that the helper may write. */
  | 'mem-readwrite'
  /** Length of the memory argument just before, greater than 0. */
  | 'mem-size'
  /** Length of the memory argument just before; 0 (then the pointer may be null if nullable). */
  | 'mem-size-or-zero'
  /** Constant length of the memory that the helper returns. */
  | 'const-alloc-size-or-zero'
  /** Record got from ringbuf_reserve. */
  | 'alloc-mem'
  /** Socket as typed by the context or returned by a helper (bpf_sock, bpf_tcp_sock, bpf_sock_common). */
  | 'sock-common'
  /** The same, or a BTF pointer to a kernel socket. */
  | 'btf-id-sock-common'
  /** bpf_sock. */
  | 'socket'
  /** Trusted BTF pointer to `btfType`. */
  | 'btf-id'
  /** Address of a per-CPU kernel variable (ksym). */
  | 'percpu-btf-id'
  /** Pointer to a bpf_dynptr on the stack, of flavour `dynptr`. */
  | 'dynptr'
  /** Address of a subprogram, described by the row's `callback`. */
  | 'callback'
  /** Pointer into the stack, handed to the callback. */
  | 'stack'
  /** struct bpf_timer in a map value. */
  | 'timer'
  /** struct bpf_spin_lock in a map value. */
  | 'spin-lock'
  /** Field of a map value that holds a kernel pointer. */
  | 'kptr'
  /** NUL-terminated string in a read-only map (.rodata). */
  | 'const-str';

/** What the dynptr argument is, or becomes: see enum bpf_dynptr_type. */
export type DynptrFlavour = 'any' | 'local' | 'ringbuf';

export interface HelperArgument {
  readonly kind: ArgumentKind;
  /** The null pointer is accepted (PTR_MAYBE_NULL and the _OR_NULL types). */
  readonly nullable: boolean;
  /**
   * Bytes of fixed-size memory (MEM_FIXED_SIZE); null where the next argument is the length or the
   * kind implies it. Fixed-size memory that the helper writes must be aligned to its size.
   */
  readonly size: number | null;
  /** Struct name behind a `btf-id`; null where the helper decides at verification. */
  readonly btfType: string | null;
  /** Flavour of a `dynptr`; null for the other kinds. */
  readonly dynptr: DynptrFlavour | null;
  /** `dynptr`: the helper initialises it. */
  readonly initialises: boolean;
  /** The helper consumes the reference held by this pointer (OBJ_RELEASE). */
  readonly releases: boolean;
}

/** What r0 holds after the call, after enum bpf_return_type. */
export type ReturnKind =
  | 'integer'
  /** r0 is unreadable. */
  | 'void'
  | 'map-value'
  | 'map-value-or-null'
  | 'socket-or-null'
  | 'tcp-socket-or-null'
  | 'sock-common-or-null'
  /** A ring-buffer record as long as the const-alloc-size argument. */
  | 'alloc-mem-or-null'
  /** Slice of a dynptr, as long as the const-alloc-size argument. */
  | 'dynptr-mem-or-null'
  | 'btf-id'
  | 'btf-id-or-null'
  /** Per-CPU variable: memory, or a BTF pointer where the type is a struct. */
  | 'mem-or-btf-id'
  | 'mem-or-btf-id-or-null';

/** What a callback finds in its argument registers. */
export type CallbackArgumentKind =
  | 'scalar'
  | 'const-map-ptr'
  | 'map-key'
  | 'map-value'
  /** The helper's `stack` argument, as passed. */
  | 'stack'
  | 'btf-id'
  | 'dynptr';

export interface HelperCallback {
  readonly arguments: readonly CallbackArgumentKind[];
  /** Runs after the helper returned (timers), in a program of its own. */
  readonly asynchronous: boolean;
  /** Values that the callback may return, inclusive. */
  readonly returns: readonly [minimum: number, maximum: number];
}

/** Arguments that differ from the row's for some program types (one name, several prototypes). */
export interface HelperVariant {
  readonly programTypes: readonly string[];
  readonly arguments: readonly HelperArgument[];
}

export interface HelperRow {
  /** enum bpf_func_id. */
  readonly number: number;
  /** Without the prefix `bpf_`. */
  readonly name: string;
  /** First release of the platform that has it, e.g. `4.18`. */
  readonly since: string;
  readonly arguments: readonly HelperArgument[];
  readonly variants: readonly HelperVariant[];
  readonly returns: ReturnKind;
  /** Struct behind a BTF return; null otherwise, or where the argument decides. */
  readonly returnBtfType: string | null;
  /** Program types that may call it. */
  readonly programTypes: readonly string[];
  /**
   * Program types of `programTypes` that may call it under some attach types only, with those;
   * null: no such restriction.
   */
  readonly attachTypes: Readonly<Record<string, readonly string[]>> | null;
  /** Types of the map argument that the helper accepts; null: any that accepts the helper. */
  readonly mapTypes: readonly string[] | null;
  readonly gplOnly: boolean;
  /** May sleep: only sleepable programs may call it. */
  readonly mightSleep: boolean;
  /** Memory arguments may point into the packet. */
  readonly packetAccess: boolean;
  /** Every packet pointer is invalid after the call. */
  readonly invalidatesPackets: boolean;
  /** The returned pointer is a reference that the program must release. */
  readonly acquires: boolean;
  readonly callback: HelperCallback | null;
}

/** Rule for a key or value size at map creation. */
export interface SizeRule {
  /** Sizes in bytes; null: any within `minimum` and `maximum`. */
  readonly oneOf: readonly number[] | null;
  readonly minimum: number;
  /** Inclusive; Infinity where only memory limits it. */
  readonly maximum: number;
  /** Sizes must be multiples of it. */
  readonly multipleOf: number;
}

export interface MapTypeRow<Name extends string = string> {
  /** enum bpf_map_type. */
  readonly number: number;
  readonly name: Name;
  readonly since: string;
  readonly key: SizeRule;
  readonly value: SizeRule;
  /** No key: queue, stack, ring buffers, bloom filter, arena. */
  readonly keyless: boolean;
  /** One value per CPU. */
  readonly perCpu: boolean;
  /** Keys are the indices 0 to max_entries - 1, all present from creation. */
  readonly indexed: boolean;
  /** What a value is to a program. */
  readonly values: MapValueKind;
  /** Needs a template map at creation. */
  readonly needsInnerMap: boolean;
  /** Limits on max_entries. */
  readonly maxEntries: MaxEntriesRule;
  /** Names of creation flags that the type accepts; see the platform's `mapFlags`. */
  readonly flags: readonly string[];
  /** Flags without which creation fails. */
  readonly requiredFlags: readonly string[];
  /** Needs BTF types of key and value at creation. */
  readonly needsBtf: boolean;
  /** Helpers that take such a map; null: those whose `mapTypes` allow it. */
  readonly helpers: readonly string[] | null;
  /** Programs may read, but not write, the value that a look-up returns. */
  readonly programReadonly: boolean;
}

/** bytes: plain memory. map, program, …: a reference that user space sets by file descriptor. */
export type MapValueKind =
  | 'bytes'
  | 'map'
  | 'program'
  | 'socket'
  | 'device'
  | 'cpu'
  | 'perf-event'
  | 'cgroup'
  | 'stack-trace'
  | 'struct-ops'
  | 'none';

/** any: at least 1. zero: exactly 0. one: exactly 1. power-of-2-pages: a power of 2, whole pages. */
export type MaxEntriesRule = 'any' | 'zero' | 'one' | 'power-of-2-pages';

/** What a load of a context field puts into the register. */
export type ContextFieldKind =
  | 'scalar'
  /** First byte of the packet, its end, and the start of its metadata. */
  | 'packet'
  | 'packet-end'
  | 'packet-meta'
  | 'socket'
  | 'socket-or-null'
  | 'sock-common-or-null'
  | 'flow-keys'
  /** Writable buffer of a raw tracepoint. */
  | 'tracepoint-buffer'
  /** Trusted BTF pointer to `btfType`. */
  | 'btf-id'
  /** Argument of the attached function: its type comes from the target's BTF. */
  | 'btf-argument';

/**
 * One field. An access is allowed when its width is listed, its offset in the context is a multiple
 * of its width, and it lies inside the field; a width above `size` is allowed at the field's first
 * byte only (old 4-byte loads of ports).
 */
export interface ContextField {
  readonly name: string;
  readonly offset: number;
  /** Bytes; of the whole array for array fields. */
  readonly size: number;
  readonly kind: ContextFieldKind;
  /** Struct behind `btf-id`; null otherwise. */
  readonly btfType: string | null;
  /** Widths in bytes of allowed loads, empty: not readable. */
  readonly loads: readonly number[];
  /** Widths in bytes of allowed stores, empty: not writable. */
  readonly stores: readonly number[];
  /** Loads must start at the field's first byte. */
  readonly loadsAtStart: boolean;
  /** Attach types that may load it; null: all. */
  readonly loadAttachTypes: readonly string[] | null;
  /** Attach types that may store it; null: all. */
  readonly storeAttachTypes: readonly string[] | null;
}

/** The context of one program type, restrictions of that type applied. */
export interface ContextDescriptor {
  /** C struct, or a word where there is none. */
  readonly struct: string;
  readonly size: number;
  /** Ascending by offset, never overlapping. */
  readonly fields: readonly ContextField[];
  /** Offsets of the packet pointers that the type may load; null without packet access. */
  readonly packet: {
    readonly data: number;
    readonly dataEnd: number;
    readonly dataMeta: number | null;
    /** Bytes of such a pointer field: 4 where it is a __u32, 8 elsewhere. */
    readonly width: number;
  } | null;
}

export interface ProgramTypeRow<Name extends string = string> {
  /** enum bpf_prog_type. */
  readonly number: number;
  readonly name: Name;
  readonly since: string;
  /** What r1 points to at entry; null: nothing known (`ext` takes its target's). */
  readonly context: ContextDescriptor | null;
  /** Attach types that may be given at load; empty: none is looked at. */
  readonly attachTypes: readonly string[];
  /** Load fails without one of `attachTypes`. */
  readonly needsAttachType: boolean;
  /** Attached to a kernel or program function by BTF id. */
  readonly attachesByBtf: boolean;
  /** Who may sleep: no program of this type, those that ask for it, or all. */
  readonly sleepable: 'never' | 'optional' | 'always';
  /** Packet bytes can be written directly. */
  readonly writesPacket: boolean;
  /** Legacy LD_ABS and LD_IND are allowed. */
  readonly legacyPacketLoads: boolean;
  /** Takes over context, helpers and verdicts of the program that it replaces. */
  readonly inheritsTarget: boolean;
}

/** What a section name says about its program. */
export interface SectionMatch<ProgramName extends string = string> {
  readonly type: ProgramName;
  /** Expected attach type; null where the name implies none. */
  readonly attachType: string | null;
  /** What follows the matched prefix and its separator; '' without. */
  readonly target: string;
  /** The name began with `?`: not loaded unless asked. */
  readonly optional: boolean;
  readonly sleepable: boolean;
  /** XDP programs that accept packets in several fragments. */
  readonly fragments: boolean;
  /** exact: a name of libbpf 1.x. legacy: an older, looser name that libbpf 1.x refuses. */
  readonly match: 'exact' | 'legacy';
}

/** A named result of a program. */
export interface VerdictRow {
  /** As the program returns it; signed 32-bit. */
  readonly value: number;
  readonly name: string;
}

/** Tables and look-ups of one platform; `MapName` and `ProgramName` are its literal unions. */
export interface Platform<MapName extends string = string, ProgramName extends string = string> {
  readonly name: string;
  /** Release that the tables describe, e.g. `6.18`. */
  readonly version: string;
  /** Ascending by number. */
  readonly helpers: readonly HelperRow[];
  readonly mapTypes: readonly MapTypeRow<MapName>[];
  readonly programTypes: readonly ProgramTypeRow<ProgramName>[];
  /** Attach type numbers by name. */
  readonly attachTypes: Readonly<Record<string, number>>;
  /** Bits of map creation flags by name. */
  readonly mapFlags: Readonly<Record<string, number>>;
  helperByNumber(number: number): HelperRow | undefined;
  helperByName(name: string): HelperRow | undefined;
  mapTypeByNumber(number: number): MapTypeRow<MapName> | undefined;
  mapTypeByName(name: string): MapTypeRow<MapName> | undefined;
  programTypeByNumber(number: number): ProgramTypeRow<ProgramName> | undefined;
  programTypeByName(name: string): ProgramTypeRow<ProgramName> | undefined;
  /** null: the name says nothing. */
  programTypeOfSection(section: string): SectionMatch<ProgramName> | null;
  /** What a pointer of this kind points to, read-only unless fields say otherwise. */
  readonly objects: Readonly<Record<KernelObjectKind, ContextDescriptor>>;
  /** Name of what a program returned; the number as text where it has none. */
  verdictName(programType: string, verdict: number): string;
  /** What a program may return, inclusive; null: anything. */
  returnRange(programType: string, attachType: string | null): readonly [number, number] | null;
}

/** Objects with a fixed layout that programs reach through pointers from context or helpers. */
export type KernelObjectKind = 'socket' | 'sock-common' | 'tcp-socket' | 'xdp-socket' | 'flow-keys';
