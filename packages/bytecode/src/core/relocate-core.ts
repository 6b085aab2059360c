import type { Btf } from '../btf/btf.ts';
import { lowerBound } from '../elf/search.ts';
import { ObjectFormatError } from '../errors.ts';
import type { CoreRelocationSpec, FunctionSpec, LineInfo, ObjectSpec } from '../object/spec.ts';
import { CoreFault } from './core-fault.ts';
import { CoreTarget } from './core-target.ts';
import { coreKindName, describeCoreRelocation } from './describe.ts';
import { CORE_KINDS, type CoreKindName } from './kinds.ts';
import { InstructionPatcher } from './patch-instruction.ts';
import { CoreResolver } from './resolution.ts';

const SLOT_SIZE = 8;

/**
 * A CO-RE relocation that the target cannot satisfy. Its instruction has become a call of no helper,
 * `call 0xbad2310` as libbpf has it: harmless where the program asks first whether the field is
 * there, refused by verifiers where it can be reached.
 */
export interface CoreFailure {
  /** Of the instruction. Of a program: in its whole stream. */
  readonly slot: number;
  readonly kind: CoreKindName;
  /** What the program asks for, e.g. `struct task_struct___x.signal.nr (0:1:2)`. */
  readonly path: string;
  /** Source line of the instruction; null without line info. */
  readonly line: LineInfo | null;
  readonly reason: string;
}

/** A function after its CO-RE relocations. */
export interface CoreRelocatedFunction {
  readonly bytes: Uint8Array;
  /** Slots count from the start of the function. */
  readonly failures: readonly CoreFailure[];
  /** A relocation that cannot be applied at all: programs that reach the function do not link. */
  readonly fault: { readonly slot: number; readonly reason: string } | null;
}

interface Work {
  readonly spec: FunctionSpec;
  readonly bytes: Uint8Array;
  readonly patcher: InstructionPatcher;
  readonly failures: CoreFailure[];
  fault: CoreRelocatedFunction['fault'];
}

/**
 * Applies the CO-RE relocations of functions of an object, by the rules of libbpf (src/relo_core.c),
 * in the order in which the object lists them.
 *
 * @param functions of `spec`; what is optional comes after the others, as libbpf leaves it out
 * @param target types of the kernel (or other machine) that the programs shall run on
 * @returns by `FunctionSpec.bytes`: functions that have relocations
 */
export function relocateCore(
  spec: ObjectSpec,
  functions: readonly FunctionSpec[],
  target: Btf,
): ReadonlyMap<Uint8Array, CoreRelocatedFunction> {
  const work = new Map<Uint8Array, Work>();
  if (spec.btf === null || spec.coreRelocations.length === 0) return work;
  const resolver = new CoreResolver(spec.btf, CoreTarget.of(target), spec.endianness);
  const find = byPlace(functions);
  const later: (() => void)[] = [];
  for (const relocation of spec.coreRelocations) {
    const holder = find(relocation);
    if (holder === undefined) continue;
    let known = work.get(holder.bytes);
    if (known === undefined) {
      known = startOn(holder, spec);
      work.set(holder.bytes, known);
    }
    const job = known;
    const run = (): void => relocateOne(job, relocation, resolver, spec.btf as Btf);
    if ('optional' in holder && holder.optional === true) later.push(run);
    else run();
  }
  for (const run of later) run();
  return work;
}

function startOn(spec: FunctionSpec, { endianness }: ObjectSpec): Work {
  const bytes = spec.bytes.slice();
  const patcher = new InstructionPatcher(bytes, endianness);
  return { spec, bytes, patcher, failures: [], fault: null };
}

function relocateOne(
  work: Work,
  relocation: CoreRelocationSpec,
  resolver: CoreResolver,
  btf: Btf,
): void {
  if (work.fault !== null) return;
  const at = relocation.sectionOffset - work.spec.sectionOffset;
  const slot = Math.floor(at / SLOT_SIZE);
  try {
    const kind = CORE_KINDS[relocation.kind];
    if (kind === undefined) throw new CoreFault('there is no such kind of relocation');
    if (at % SLOT_SIZE !== 0) throw new CoreFault('it points between two instructions');
    if (relocation.typeId >= btf.typeCount) throw new CoreFault('there is no such type');
    const reason = work.patcher.apply(slot, resolver.resolve(relocation, kind));
    if (reason === null) return;
    const path = describeCoreRelocation(btf, relocation);
    work.failures.push({ slot, kind: kind.name, path, line: lineAt(work.spec, slot), reason });
  } catch (error) {
    if (!(error instanceof CoreFault || error instanceof ObjectFormatError)) throw error;
    const what = `${coreKindName(relocation.kind)} of ${describeCoreRelocation(btf, relocation)}`;
    work.fault = { slot, reason: `CO-RE relocation, ${what}: ${error.message}` };
  }
}

function lineAt({ lines }: FunctionSpec, slot: number): LineInfo | null {
  const next = lowerBound(lines.length, (index) => lines[index]?.slot ?? 0, slot + 1);
  return lines[next - 1] ?? null;
}

/** Finds the function that holds the instruction of a relocation. */
function byPlace(
  functions: readonly FunctionSpec[],
): (relocation: CoreRelocationSpec) => FunctionSpec | undefined {
  const sections = new Map<string, FunctionSpec[]>();
  for (const entry of functions) {
    const known = sections.get(entry.section);
    if (known === undefined) sections.set(entry.section, [entry]);
    else known.push(entry);
  }
  for (const entries of sections.values()) {
    entries.sort((one, other) => one.sectionOffset - other.sectionOffset);
  }
  return ({ section, sectionOffset }) => {
    const entries = sections.get(section) ?? [];
    const startOf = (index: number): number => entries[index]?.sectionOffset ?? 0;
    const entry = entries[lowerBound(entries.length, startOf, sectionOffset + 1) - 1];
    if (entry === undefined) return undefined;
    return sectionOffset < entry.sectionOffset + entry.bytes.length ? entry : undefined;
  };
}
