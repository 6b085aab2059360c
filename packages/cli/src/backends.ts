import { createLinuxBackend } from '@anybpf/backend-linux';
import { type Backend, createInterpreter, selectBackend } from '@anybpf/runtime';

/** Every backend that this version ships, in order of preference for `run`. */
export function allBackends(): readonly Backend[] {
  return [createInterpreter(), createLinuxBackend()];
}

/**
 * The backend named by `--backend`, or the first that works here.
 *
 * @throws BackendUnavailableError, also for a name that there is none of
 */
export function backendFor(name: string | undefined): Promise<Backend> {
  return selectBackend(allBackends(), name === undefined ? {} : { prefer: [name] });
}

/** The backends named by repeated `--backend`; without any, all that work here. */
export async function backendsFor(names: readonly string[]): Promise<readonly Backend[]> {
  if (names.length > 0) return Promise.all(names.map(backendFor));
  const candidates = allBackends();
  const statuses = await Promise.all(candidates.map((backend) => backend.probe()));
  return candidates.filter((_, index) => statuses[index]?.available === true);
}
