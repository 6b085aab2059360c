import { AnyBpfError } from '@anybpf/bytecode';
import type { Backend } from '../backend.ts';

/** A `--backend` argument: `linux`, or `smartnic-sim:hxdp-rtl` with a variant. */
export interface BackendName {
  readonly name: string;
  /** null: the backend's default. */
  readonly variant: string | null;
}

/** A name that no backend has, or a variant that its backend lacks. */
export class BackendNameError extends AnyBpfError {
  readonly code = 'BACKEND_NAME';
  readonly given: string;
  /** Names that would have been accepted; empty where the notation itself is wrong. */
  readonly known: readonly string[];

  constructor(given: string, what: string, known: readonly string[]) {
    super(`${what}${known.length === 0 ? '' : `; known: ${known.join(', ')}`}`);
    this.given = given;
    this.known = known;
  }
}

/** @throws BackendNameError unless `text` is `name` or `name:variant` in lower-case words */
export function parseBackendName(text: string): BackendName {
  const match = /^([a-z][a-z0-9-]*)(?::([a-z0-9][a-z0-9.-]*))?$/.exec(text);
  const name = match?.[1];
  if (name === undefined) {
    throw new BackendNameError(text, `"${text}" is no backend name (name or name:variant)`, []);
  }
  return { name, variant: match?.[2] ?? null };
}

/**
 * The backend that `text` names, set to its variant; whether it works here is not asked.
 *
 * @throws BackendNameError where none has the name, or it lacks the variant
 */
export function findBackend(backends: readonly Backend[], text: string): Backend {
  const { name, variant } = parseBackendName(text);
  const backend = backends.find((candidate) => candidate.name === name);
  if (backend === undefined) {
    throw new BackendNameError(
      text,
      `there is no backend "${name}"`,
      backends.map((candidate) => candidate.name),
    );
  }
  if (variant === null) return backend;
  if (backend.withVariant === undefined || !backend.variants.includes(variant)) {
    throw new BackendNameError(
      text,
      `backend ${name} has no variant "${variant}"`,
      backend.variants.map((known) => `${name}:${known}`),
    );
  }
  return backend.withVariant(variant);
}
