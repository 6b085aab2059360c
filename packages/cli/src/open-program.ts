import {
  InternalError,
  isProgramTypeName,
  type LinkedObject,
  type LinkedProgram,
  linkObject,
  type ObjectSpec,
  type ProgramTypeName,
  parseObject,
  trustWithoutVerification,
  type VerifiedObject,
} from '@anybpf/bytecode';
import type { Backend } from '@anybpf/runtime';
import { targetBtf } from './backends.ts';
import { type Request, UsageError } from './command.ts';
import { inFile, readBytes } from './files.ts';
import type { Terminal } from './terminal.ts';

/** A linked object and the one program of it that the command is about. */
export interface OpenedProgram {
  readonly object: VerifiedObject;
  readonly program: LinkedProgram;
  readonly type: ProgramTypeName;
}

/**
 * Opens OBJ (first positional), finds `--program` (it may be left out when there is only one) and
 * settles its type: from the section, else `--type`, else socket_filter with a warning.
 *
 * @param backends that it shall run on: CO-RE relocations are resolved for them
 */
export async function openProgram(
  request: Request,
  terminal: Terminal,
  usage: string,
  backends: readonly Backend[],
): Promise<OpenedProgram> {
  const [path = ''] = request.positionals;
  const given = givenType(request, usage);
  const bytes = await readBytes(path);
  const spec = inFile(path, () => parseObject(bytes));
  const name = programName(spec, request.text('program'), usage);
  // The others of the object come along where they link: program arrays may refer to them.
  const target = { targetBtf: spec.coreRelocations.length > 0 ? await targetBtf(backends) : null };
  const named = linkObject(spec, { ...target, programs: [name] });
  const program = named.programs.find((candidate) => candidate.name === name);
  if (program === undefined) throw new InternalError(`program ${name} was linked and is not there`);
  const linked = linkObject(spec, target);
  const type = program.type ?? given ?? assumeSocketFilter(program, terminal);
  terminal.err(`warning: ${path} is unverified; only the backend's own checks guard it`);
  return { object: vouch(linked), program, type };
}

function vouch(linked: LinkedObject): VerifiedObject {
  return trustWithoutVerification(linked, 'command line, no verifier in this version');
}

function programName(spec: ObjectSpec, wanted: string | undefined, usage: string): string {
  const names = spec.programs.map(({ name }) => name);
  const [only, another] = names;
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    const known = names.join(', ') || 'none';
    throw new UsageError(`there is no program "${wanted}"; there are: ${known}`, usage);
  }
  if (only !== undefined && another === undefined) return only;
  throw new UsageError(`--program is missing; there are: ${names.join(', ') || 'none'}`, usage);
}

function givenType(request: Request, usage: string): ProgramTypeName | null {
  const name = request.text('type');
  if (name === undefined) return null;
  if (isProgramTypeName(name)) return name;
  throw new UsageError(`there is no program type "${name}"`, usage);
}

function assumeSocketFilter({ name, section }: LinkedProgram, terminal: Terminal): ProgramTypeName {
  terminal.err(
    `warning: section "${section}" says no program type; ${name} is taken as socket_filter (--type)`,
  );
  return 'socket_filter';
}
