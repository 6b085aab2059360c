import {
  assemble,
  linkCode,
  type MapSpec,
  type ProgramTypeName,
  trustWithoutVerification,
} from '@anybpf/bytecode';
import {
  type BpfMap,
  createInterpreter,
  createStepper,
  type InterpreterOptions,
  type Program,
  type ProgramInput,
} from '../../src/index.ts';

export interface TextProgram {
  readonly type?: ProgramTypeName;
  readonly maps?: readonly MapSpec[];
  readonly options?: InterpreterOptions;
}

export interface Loaded {
  readonly program: Program;
  readonly maps: ReadonlyMap<string, BpfMap>;
}

/** One program out of assembler text, on an interpreter of its own; `map_by_idx` counts `maps`. */
export async function loadText(text: string, given: TextProgram = {}): Promise<Loaded> {
  const { type = 'syscall', maps = [], options = {} } = given;
  const linked = linkCode(assemble(text), { name: 'main', type, maps });
  const backend = createInterpreter(options);
  const object = await backend.load(trustWithoutVerification(linked, 'test'));
  const program = object.programs.get('main');
  if (program === undefined) throw new Error('no program main');
  return { program, maps: object.maps };
}

/** r0 at exit, all 64 bits, unsigned. */
export async function evaluate(
  text: string,
  given: TextProgram & { readonly input?: ProgramInput } = {},
): Promise<bigint> {
  const { program } = await loadText(text, given);
  return finalR0(program, given.input);
}

export function finalR0(program: Program, input: ProgramInput = {}): bigint {
  using stepper = createStepper(program, input);
  stepper.runUntil(() => false);
  return stepper.register(0);
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
}
