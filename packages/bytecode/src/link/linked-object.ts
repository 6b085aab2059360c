import type { Btf } from '../btf/btf.ts';
import type { CoreFailure } from '../core/relocate-core.ts';
import type { InvalidInstructionError, LinkError } from '../errors.ts';
import type { Endianness, InstructionStream } from '../isa/instruction.ts';
import type { LineInfo, MapSpec } from '../object/spec.ts';
import type { ProgramTypeName } from '../platform/linux/program-types.ts';

/**
 * Every reference resolved but map handles: a map is named by `map-index` / `map-value-index` lddw
 * (RFC 9669 section 5.4, subtypes 5 and 6) whose imm counts `maps`. The kernel takes the stream as
 * it is, given the file descriptors in that order (`fd_array`, Linux 5.14).
 *
 * CO-RE relocations are resolved where the target's types were given, else left in place; a backend
 * refuses programs that still have some.
 */
export interface LinkedObject {
  readonly endianness: Endianness;
  readonly license: string | null;
  readonly version: number | null;
  readonly maps: readonly MapSpec[];
  readonly programs: readonly LinkedProgram[];
  /** Why programs that nobody asked for by name are missing; each error names its program. */
  readonly failures: readonly (LinkError | InvalidInstructionError)[];
  readonly btf: Btf | null;
}

export interface LinkedProgram {
  readonly name: string;
  readonly section: string;
  /** null: neither section name nor caller says. */
  readonly type: ProgramTypeName | null;
  readonly attachType: string | null;
  readonly attachTarget: string;
  readonly optional: boolean;
  readonly sleepable: boolean;
  readonly fragments: boolean;
  /** The program followed by each subprogram that it reaches. */
  readonly code: InstructionStream;
  /** Entry first, then each subprogram appended; ascending by slot. */
  readonly functions: readonly LinkedFunction[];
  /** Over the whole stream; ascending by slot. */
  readonly lines: readonly LineInfo[];
  /** CO-RE relocations that are left: offsets in `code` are those of the compiler's own types. */
  readonly unresolvedCoreRelocations: number;
  /** CO-RE relocations that the target cannot satisfy: their instructions are poisoned. */
  readonly coreFailures: readonly CoreFailure[];
}

export interface LinkedFunction {
  readonly name: string;
  /** First slot in the stream. */
  readonly slot: number;
  /** Slots. */
  readonly length: number;
  /** BTF id of its FUNC type; null without. */
  readonly btfId: number | null;
}
