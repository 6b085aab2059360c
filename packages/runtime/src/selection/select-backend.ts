import type { Backend, BackendStatus } from '../backend.ts';
import { BackendUnavailableError } from '../errors.ts';
import { findBackend } from './backend-name.ts';

/** What one backend says about this machine. */
export interface BackendProbe {
  readonly name: string;
  readonly variants: readonly string[];
  readonly status: BackendStatus;
}

/** No candidate works here; `candidates` has the reason and remedy of each, in the order tried. */
export class NoBackendError extends BackendUnavailableError {
  readonly candidates: readonly BackendProbe[];

  constructor(candidates: readonly BackendProbe[]) {
    const refused = candidates.flatMap(({ name, status }) =>
      status.available ? [] : [{ name, ...status }],
    );
    // One candidate alone is named by the sentence around reason and remedy.
    const label = (name: string): string => (refused.length === 1 ? '' : `${name}: `);
    super(
      refused.map(({ name }) => name).join(', ') || '(none)',
      refused.map(({ name, reason }) => `${label(name)}${bare(reason)}`).join('; ') ||
        'there is no candidate',
      refused.map(({ name, remedy }) => `${label(name)}${bare(remedy)}.`).join(' ') ||
        'Name at least one backend.',
    );
    this.candidates = candidates;
  }
}

export interface SelectOptions {
  /** Names (`name` or `name:variant`) to try first, in this order. */
  readonly prefer?: readonly string[];
  /** Try the other backends after the preferred ones. Default true; of use with `prefer` alone. */
  readonly fallback?: boolean;
}

/**
 * The first backend that works on this machine: the preferred ones, then the rest in the order
 * given. Backends after the first that works are not probed.
 *
 * @throws BackendNameError for an unknown name in `prefer`
 * @throws NoBackendError where none works
 */
export async function selectBackend(
  backends: readonly Backend[],
  options: SelectOptions = {},
): Promise<Backend> {
  const preferred = (options.prefer ?? []).map((name) => findBackend(backends, name));
  const taken = new Set(preferred.map((backend) => backend.name));
  const rest = backends.filter((backend) => !taken.has(backend.name));
  const order = options.fallback === false ? preferred : [...preferred, ...rest];

  const refused: BackendProbe[] = [];
  for (const backend of order) {
    const probed = await probeBackend(backend);
    if (probed.status.available) return backend;
    refused.push(probed);
  }
  throw new NoBackendError(refused);
}

/**
 * The one backend that `name` names.
 *
 * @throws BackendNameError where there is none
 * @throws BackendUnavailableError where it does not work here
 */
export function requireBackend(backends: readonly Backend[], name: string): Promise<Backend> {
  return selectBackend(backends, { prefer: [name], fallback: false });
}

/** Probes every backend; results in the order given. */
export function probeAll(backends: readonly Backend[]): Promise<BackendProbe[]> {
  return Promise.all(backends.map(probeBackend));
}

async function probeBackend(backend: Backend): Promise<BackendProbe> {
  const { name, variants } = backend;
  try {
    return { name, variants, status: await backend.probe() };
  } catch (error) {
    // The contract forbids it, but a third party's backend must not take the others down.
    const reason = `its probe failed: ${error instanceof Error ? error.message : String(error)}`;
    const status = {
      available: false,
      reason,
      remedy: `Report it to the author of ${name}`,
    } as const;
    return { name, variants, status };
  }
}

/** A sentence without its full stop, to be put into another. */
function bare(sentence: string): string {
  return sentence.replace(/\.\s*$/, '');
}
