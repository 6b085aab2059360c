import { createLinuxBackend, kernelBtf } from '@anybpf/backend-linux';
import type { Btf } from '@anybpf/bytecode';
import { type Backend, createInterpreter, requireBackend, selectBackend } from '@anybpf/runtime';

/** Every backend that this version ships, in order of preference. */
export function allBackends(): readonly Backend[] {
  return [createInterpreter(), createLinuxBackend()];
}

/**
 * The backend named by `--backend`, or the first that works here.
 *
 * @throws BackendNameError, BackendUnavailableError
 */
export function backendFor(name: string | undefined): Promise<Backend> {
  return name === undefined ? selectBackend(allBackends()) : requireBackend(allBackends(), name);
}

/** The backends named by repeated `--backend`; without any, all that work here. */
export async function backendsFor(names: readonly string[]): Promise<readonly Backend[]> {
  if (names.length > 0) return Promise.all(names.map(backendFor));
  const candidates = allBackends();
  const statuses = await Promise.all(candidates.map((backend) => backend.probe()));
  return candidates.filter((_, index) => statuses[index]?.available === true);
}

/** Types that CO-RE relocations are resolved against: the running kernel's where it is to run them. */
export async function targetBtf(backends: readonly Backend[]): Promise<Btf | null> {
  return backends.some(({ name }) => name === 'linux') ? kernelBtf() : null;
}
