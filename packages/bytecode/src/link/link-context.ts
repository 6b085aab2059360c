import type { Btf } from '../btf/btf.ts';
import { type CoreRelocatedFunction, relocateCore } from '../core/relocate-core.ts';
import { lowerBound } from '../elf/search.ts';
import { LinkError } from '../errors.ts';
import type { CoreRelocationSpec, FunctionSpec, ObjectSpec } from '../object/spec.ts';
import type { Platform } from '../platform/platform.ts';
import { CallGraph } from './call-graph.ts';
import { ExternTable, type ExternTargets } from './extern-table.ts';

/** Slots of one program: what the kernel takes (BPF_COMPLEXITY_LIMIT_INSNS). */
const MAX_PROGRAM_SLOTS = 1_000_000;
/** Slots of all programs of an object, so that sharing subprograms cannot multiply without end. */
const MAX_OBJECT_SLOTS = 2_000_000;

/** What linking one program needs to know of its object. */
export class LinkContext {
  readonly spec: ObjectSpec;
  readonly platform: Platform;
  readonly graph: CallGraph;
  /** Index in `spec.maps` by name. */
  readonly mapIndices: ReadonlyMap<string, number>;
  readonly externs: ExternTable;
  readonly #core = new Map<string, CoreRelocationSpec[]>();
  /** By the code of the function; null without a target. */
  #relocated: ReadonlyMap<Uint8Array, CoreRelocatedFunction> | null = null;
  #slotsLeft = MAX_OBJECT_SLOTS;

  constructor(spec: ObjectSpec, platform: Platform, targets: ExternTargets) {
    this.spec = spec;
    this.platform = platform;
    this.graph = new CallGraph(spec);
    this.mapIndices = new Map(spec.maps.map(({ name }, index) => [name, index]));
    this.externs = new ExternTable(spec, targets);
    for (const relocation of spec.coreRelocations) {
      const known = this.#core.get(relocation.section);
      if (known === undefined) this.#core.set(relocation.section, [relocation]);
      else known.push(relocation);
    }
  }

  /** Resolves the CO-RE relocations of these functions; all others are taken to have none. */
  relocateCore(functions: readonly FunctionSpec[], target: Btf): void {
    this.#relocated = relocateCore(this.spec, functions, target);
  }

  /** undefined: there is no target, or the function has no CO-RE relocations. */
  coreRelocated({ bytes }: FunctionSpec): CoreRelocatedFunction | undefined {
    return this.#relocated?.get(bytes);
  }

  /** Number of CO-RE relocations of a function that are left. */
  unresolvedCoreRelocationsOf({ section, sectionOffset, bytes }: FunctionSpec): number {
    if (this.#relocated !== null) return 0;
    const relocations = this.#core.get(section) ?? [];
    const offsetOf = (index: number): number => relocations[index]?.sectionOffset ?? 0;
    const { length } = relocations;
    return (
      lowerBound(length, offsetOf, sectionOffset + bytes.length) -
      lowerBound(length, offsetOf, sectionOffset)
    );
  }

  /** @throws LinkError where a program, or (of no program) all together, would become too long */
  takeSlots(program: string, slots: number): void {
    if (slots > MAX_PROGRAM_SLOTS) {
      throw new LinkError(`${slots} instructions (at most ${MAX_PROGRAM_SLOTS})`, program);
    }
    if (slots > this.#slotsLeft) {
      throw new LinkError(
        `the programs of the object have more than ${MAX_OBJECT_SLOTS} instructions together`,
      );
    }
    this.#slotsLeft -= slots;
  }
}
