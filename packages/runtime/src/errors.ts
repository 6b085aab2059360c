import { AnyBpfError } from '@anybpf/bytecode';

/** A backend lacks something that the object needs. */
export class UnsupportedFeatureError extends AnyBpfError {
  readonly code = 'UNSUPPORTED_FEATURE';

  /**
   * @param feature e.g. "map type lpm_trie (map routes)"
   * @param since first version that has it, where one is known
   */
  constructor(
    readonly feature: string,
    readonly backend: string,
    readonly since?: string,
  ) {
    super(
      `${backend} does not support ${feature}${since === undefined ? '' : ` (needs ${since})`}`,
    );
  }
}

/** The backend does not work on this machine. */
export class BackendUnavailableError extends AnyBpfError {
  readonly code = 'BACKEND_UNAVAILABLE';

  constructor(
    readonly backend: string,
    readonly reason: string,
    readonly remedy: string,
  ) {
    super(`backend ${backend} is not available: ${reason}. ${remedy}`);
  }
}

/** A packet or context that the program type cannot take. */
export class PacketSizeError extends AnyBpfError {
  readonly code = 'PACKET_SIZE';

  constructor(
    readonly what: 'packet' | 'context',
    readonly size: number,
    readonly min: number,
    readonly max: number,
    readonly program: string,
  ) {
    super(`${program}: a ${what} of ${size} bytes does not fit (${min} to ${max} bytes)`);
  }
}

/** A handle was used after close. */
export class ClosedError extends AnyBpfError {
  readonly code = 'CLOSED';

  constructor(readonly what: string) {
    super(`${what} is closed`);
  }
}

/** A key or value of the wrong length. Sizes are bytes. */
export class MapSizeError extends AnyBpfError {
  readonly code = 'MAP_SIZE';

  constructor(
    readonly map: string,
    readonly what: 'key' | 'value',
    readonly size: number,
    readonly expected: number,
  ) {
    super(`map ${map}: the ${what} has ${size} bytes, the map takes ${expected}`);
  }
}

/** The kernel's map semantics refuse the operation. */
export class MapOperationError extends AnyBpfError {
  readonly code = 'MAP_OPERATION';

  /** @param errno the kernel's name, e.g. `E2BIG` (full), `EEXIST`, `ENOENT`, `EINVAL`, `EPERM` */
  constructor(
    readonly map: string,
    readonly operation: string,
    readonly errno: string,
    readonly detail: string,
  ) {
    super(`map ${map}: ${operation} failed with ${errno}: ${detail}`);
  }
}
