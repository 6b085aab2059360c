import { createLinuxBackend } from '@anybpf/backend-linux';
import { linkObject, parseObject, trustWithoutVerification } from '@anybpf/bytecode';
import { type Backend, createInterpreter, type LoadedObject, type Program } from '@anybpf/runtime';
import { type ProgramFixture, programFixture } from '../src/index.ts';

/** Every machine that the programs are held to; what is absent skips with its own reason. */
export const backends: readonly Backend[] = [createInterpreter(), createLinuxBackend()];

/** A program with its map entries pushed, ready for packets. */
export interface Prepared extends AsyncDisposable {
  readonly loaded: LoadedObject;
  readonly program: Program;
}

/** Loads and prepares a fixture; where the backend is not available, skips the test and says why. */
export async function prepared(
  fixture: ProgramFixture,
  backend: Backend,
  skip: (reason: string) => never,
): Promise<Prepared> {
  const status = await backend.probe();
  if (!status.available) skip(`backend ${backend.name}: ${status.reason}`);
  const linked = linkObject(parseObject(fixture.object()));
  const loaded = await backend.load(trustWithoutVerification(linked, 'test of the programs'));
  const program = loaded.programs.get(fixture.program);
  if (program === undefined) throw new Error(`${backend.name} has no program ${fixture.program}`);
  fixture.prepare(loaded);
  return { loaded, program, [Symbol.asyncDispose]: () => loaded.close() };
}

/** The fixture of that name, which has to exist. */
export function fixtureNamed(name: string): ProgramFixture {
  const fixture = programFixture(name);
  if (fixture === undefined) throw new Error(`no program ${name}`);
  return fixture;
}
