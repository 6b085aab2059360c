import type { Btf } from '../btf/btf.ts';
import type { Endianness } from '../isa/instruction.ts';
import type { MapTypeName } from '../platform/linux/map-types.ts';
import type { ProgramTypeName } from '../platform/linux/program-types.ts';

/** What one object file holds: plain data, nothing resolved yet, no privileges needed. */
export interface ObjectSpec {
  readonly endianness: Endianness;
  /** `license` section; null when there is none. */
  readonly license: string | null;
  /** `version` section (kernel version number of old kprobe objects); null when there is none. */
  readonly version: number | null;
  /**
   * Entry points: each function of an executable section other than `.text` that is not static; the
   * functions of `.text` where there is no other.
   */
  readonly programs: readonly ProgramSpec[];
  /** Functions that are only called: the others. */
  readonly subprograms: readonly FunctionSpec[];
  readonly maps: readonly MapSpec[];
  /**
   * Maps and variables that other objects may name, in the order of `maps`; functions say so
   * themselves (`binding`).
   */
  readonly globals: readonly GlobalSymbol[];
  /** What the object names and something else defines, in libbpf's order. */
  readonly externs: readonly ExternSpec[];
  /** Types; null without a `.BTF` section. */
  readonly btf: Btf | null;
  /** CO-RE relocations of `.BTF.ext`, unresolved. */
  readonly coreRelocations: readonly CoreRelocationSpec[];
}

/** A map or variable that other objects may name. */
export interface GlobalSymbol {
  readonly name: string;
  readonly binding: 'global' | 'weak';
  /** The map itself, or the one that is made of the variable's section. */
  readonly map: string;
  /** Where the variable stands in its section, bytes; null of a map. */
  readonly variable: { readonly offset: number; readonly size: number } | null;
}

/** A symbol that the object names and something else defines. */
export interface ExternSpec {
  readonly name: string;
  /** It may be missing: its address, or value, is 0 then. */
  readonly weak: boolean;
  /**
   * Who defines it: the target's kernel configuration (section `.kconfig`), its kernel (`.ksyms`), or
   * another object that is linked with this one.
   */
  readonly source: 'kconfig' | 'kernel' | 'object';
  /** BTF id of its VAR or FUNC; 0 without. */
  readonly btfId: number;
  /** What it must be where another object defines a map; null of all else. */
  readonly map: MapSpec | null;
}

/** A function: encoded instructions as they stand in the file, before relocation. */
export interface FunctionSpec {
  /** Symbol name; the section's name where no function symbol covers the section. */
  readonly name: string;
  readonly section: string;
  /** Byte offset of the function in its section. */
  readonly sectionOffset: number;
  /** Whole slots, byte order of the object. */
  readonly bytes: Uint8Array;
  readonly binding: 'local' | 'global' | 'weak';
  readonly relocations: readonly RelocationSpec[];
  /** From `.BTF.ext`; slots count from the function's start. Ascending. */
  readonly lines: readonly LineInfo[];
  /** BTF id of its FUNC type; null without `.BTF.ext` func info. */
  readonly btfId: number | null;
}

export interface ProgramSpec extends FunctionSpec {
  /** From the section name (libbpf's table); null when the name says nothing. */
  readonly type: ProgramTypeName | null;
  /** Expected attach type (enum bpf_attach_type), null where the section implies none. */
  readonly attachType: string | null;
  /** What follows the prefix in the section name, e.g. `sys_enter_open` of `tracepoint/…`; '' without. */
  readonly attachTarget: string;
  /** The section name began with `?`: libbpf does not load it unless asked. */
  readonly optional: boolean;
  /** The section name asks for BPF_F_SLEEPABLE (`.s`). */
  readonly sleepable: boolean;
  /** The section name asks for BPF_F_XDP_HAS_FRAGS (`xdp.frags`). */
  readonly fragments: boolean;
}

/** One line-info record (kernel struct bpf_line_info), strings resolved. */
export interface LineInfo {
  readonly slot: number;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  /** Offsets of `file` and `text` in the BTF string section, for the kernel. */
  readonly fileOffset: number;
  readonly textOffset: number;
}

/** A relocation against one instruction slot, its target described in eBPF's terms. */
export interface RelocationSpec {
  /** Slot of the instruction, from the function's start. */
  readonly slot: number;
  readonly target:
    | { readonly kind: 'map'; readonly map: string; readonly offset: number }
    /** Address inside a data map (`.rodata`, `.data`, `.bss`). */
    | { readonly kind: 'map-value'; readonly map: string; readonly offset: number }
    /** bpf2bpf call or address of a function (lddw of a callback). */
    | { readonly kind: 'function'; readonly section: string; readonly sectionOffset: number }
    /** A symbol of `ObjectSpec.externs`. */
    | { readonly kind: 'extern'; readonly name: string; readonly weak: boolean }
    | { readonly kind: 'unsupported'; readonly type: number; readonly symbol: string };
}

export interface MapSpec {
  readonly name: string;
  readonly type: MapTypeName;
  /** Bytes. 0 for key-less maps (queue, stack, ring buffer, bloom filter). */
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** BPF_F_* of map creation. */
  readonly flags: number;
  readonly mapExtra: bigint;
  readonly numaNode: number;
  readonly pinning: 'none' | 'by-name';
  /** Template of the inner maps of array_of_maps and hash_of_maps. */
  readonly inner: MapSpec | null;
  /** BTF type ids of key and value, 0 without. */
  readonly btfKeyTypeId: number;
  readonly btfValueTypeId: number;
  /** Static initialisers (`.values`) of maps of maps and program arrays: index to symbol name. */
  readonly initialSlots: readonly { readonly index: number; readonly symbol: string }[];
  /**
   * Set for `.rodata*`, `.data*`, `.bss*` and `.kconfig`: a one-entry array that holds global
   * variables.
   */
  readonly globals: GlobalData | null;
  /** Set for maps of type struct_ops. */
  readonly structOps?: StructOpsSpec;
}

/** A kernel structure of functions that are programs (section `.struct_ops`, `.struct_ops.link`). */
export interface StructOpsSpec {
  /** Name of the structure, its flavour included, e.g. `tcp_congestion_ops`. */
  readonly type: string;
  /** Initial content as the object's own types lay it out, `valueSize` bytes; 0 where a program goes. */
  readonly data: Uint8Array;
  /** The section name began with `?`: not created unless asked. */
  readonly optional: boolean;
  /** Members that programs implement; ascending by index. */
  readonly members: readonly {
    readonly name: string;
    /** Of the member in the object's own structure. */
    readonly index: number;
    readonly program: string;
  }[];
}

export interface GlobalData {
  /** ELF section; the map is named after it. */
  readonly section: string;
  /** Initial content, `valueSize` bytes. */
  readonly data: Uint8Array;
  /** `.rodata*` and `.kconfig`: frozen after load. */
  readonly readonly: boolean;
  /** Of the section, bytes; 8 where nothing is said. */
  readonly alignment?: number;
  readonly variables: readonly GlobalVariable[];
}

export interface GlobalVariable {
  readonly name: string;
  /** Byte offset in the section. */
  readonly offset: number;
  readonly size: number;
  /** BTF id of its VAR type, 0 without. */
  readonly btfId: number;
}

/** bpf_core_relo, strings resolved (kernel include/uapi/linux/bpf.h). */
export interface CoreRelocationSpec {
  readonly section: string;
  /** Byte offset of the instruction in its section. */
  readonly sectionOffset: number;
  readonly typeId: number;
  /** Access string, e.g. `0:1:2`. */
  readonly access: string;
  /** enum bpf_core_relo_kind. */
  readonly kind: number;
}
