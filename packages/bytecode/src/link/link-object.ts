import type { Btf } from '../btf/btf.ts';
import { InvalidInstructionError, LinkError } from '../errors.ts';
import type { FunctionSpec, ObjectSpec, ProgramSpec } from '../object/spec.ts';
import { linux } from '../platform/linux/index.ts';
import type { Platform } from '../platform/platform.ts';
import { btfWithoutExterns } from './extern-btf.ts';
import type { Kconfig } from './kconfig.ts';
import { LinkContext } from './link-context.ts';
import { linkFunction } from './link-function.ts';
import type { LinkedObject, LinkedProgram } from './linked-object.ts';

export interface LinkOptions {
  /**
   * Link these, and fail where one does not link; a subprogram may be named too. Default: every
   * program that links, and `failures` for the others.
   */
  readonly programs?: readonly string[];
  /** Whose helpers undefined functions may name. Default: Linux. */
  readonly platform?: Platform;
  /**
   * Types of the kernel that the programs shall run on: CO-RE relocations are resolved against them,
   * and kernel functions and variables (`__ksym`) found there. Default, and null: CO-RE relocations
   * are left as they are, and counted; programs that need a kernel symbol do not link.
   */
  readonly targetBtf?: Btf | null;
  /** Configuration of that kernel, for what objects declare `__kconfig`. */
  readonly kconfig?: Kconfig | null;
  /** Addresses of that kernel's symbols, for `extern const void x __ksym`. */
  readonly kallsyms?: ReadonlyMap<string, bigint> | null;
}

/**
 * Resolves every reference of an object, CO-RE relocations where a target is given: appends to each
 * program the subprograms that it reaches (as libbpf does), and names maps by their index in `maps`.
 *
 * @throws LinkError, InvalidInstructionError for a program of `options.programs`, naming program and
 * slot; LinkError of no program for an object too large to link
 */
export function linkObject(spec: ObjectSpec, options: LinkOptions = {}): LinkedObject {
  const { platform = linux } = options;
  const context = new LinkContext(spec, platform, options);
  const programs: LinkedProgram[] = [];
  const failures: (LinkError | InvalidInstructionError)[] = [];
  const entries = options.programs?.map((name) => find(spec, name));
  if (options.targetBtf) {
    const functions = entries?.flatMap((entry) => context.graph.reach(entry)) ?? [
      ...spec.programs,
      ...spec.subprograms,
    ];
    context.relocateCore(functions, options.targetBtf);
  }
  if (entries === undefined) {
    for (const program of spec.programs) {
      try {
        programs.push(linkEntry(context, program));
      } catch (error) {
        if (!isOfProgram(error)) throw error;
        failures.push(error);
      }
    }
  } else {
    for (const entry of entries) programs.push(linkEntry(context, entry));
  }
  return {
    endianness: spec.endianness,
    license: spec.license,
    version: spec.version,
    maps: context.externs.maps,
    programs,
    failures,
    btf: btfWithoutExterns(spec),
  };
}

/** Whether one program is at fault, and the others may link. */
function isOfProgram(error: unknown): error is LinkError | InvalidInstructionError {
  return (
    (error instanceof LinkError || error instanceof InvalidInstructionError) &&
    error.program !== undefined
  );
}

function find(spec: ObjectSpec, name: string): FunctionSpec | ProgramSpec {
  const wanted = [...spec.programs, ...spec.subprograms].find((entry) => entry.name === name);
  if (wanted === undefined) {
    const names = spec.programs.map((program) => program.name).join(', ');
    throw new LinkError(`there is no program of that name (there are: ${names || 'none'})`, name);
  }
  return wanted;
}

function linkEntry(context: LinkContext, entry: FunctionSpec | ProgramSpec): LinkedProgram {
  const { name, section } = entry;
  const linked = linkFunction(context, entry);
  const program = 'attachTarget' in entry ? entry : null;
  return {
    name,
    section,
    type: program?.type ?? null,
    attachType: program?.attachType ?? null,
    attachTarget: program?.attachTarget ?? '',
    optional: program?.optional ?? false,
    sleepable: program?.sleepable ?? false,
    fragments: program?.fragments ?? false,
    ...linked,
  };
}
