import { AnyBpfError } from '@anybpf/bytecode';

/** A backend lacks something that the object needs. */
export class UnsupportedFeatureError extends AnyBpfError {
  readonly code = 'UNSUPPORTED_FEATURE';
  readonly feature: string;
  readonly backend: string;
  readonly since: string | undefined;

  /**
   * @param feature e.g. "map type lpm_trie (map routes)"
   * @param since first version that has it, where one is known
   */
  constructor(feature: string, backend: string, since?: string) {
    super(
      `${backend} does not support ${feature}${since === undefined ? '' : ` (needs ${since})`}`,
    );
    this.feature = feature;
    this.backend = backend;
    this.since = since;
  }
}

/** The backend does not work on this machine. */
export class BackendUnavailableError extends AnyBpfError {
  readonly code = 'BACKEND_UNAVAILABLE';
  readonly backend: string;
  readonly reason: string;
  readonly remedy: string;

  constructor(backend: string, reason: string, remedy: string) {
    super(`backend ${backend} is not available: ${reason}. ${remedy}`);
    this.backend = backend;
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** A packet or context that the program type cannot take. */
export class PacketSizeError extends AnyBpfError {
  readonly code = 'PACKET_SIZE';
  readonly what: 'packet' | 'context';
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly program: string;

  /** @param max 0 for a packet: the program type takes none */
  constructor(what: 'packet' | 'context', size: number, min: number, max: number, program: string) {
    const why =
      what === 'packet' && max === 0
        ? 'was given to a program type that takes a context and no packet'
        : `does not fit (${min} to ${max} bytes)`;
    super(`${program}: a ${what} of ${size} bytes ${why}`);
    this.what = what;
    this.size = size;
    this.min = min;
    this.max = max;
    this.program = program;
  }
}

/** A handle was used after close. */
export class ClosedError extends AnyBpfError {
  readonly code = 'CLOSED';
  readonly what: string;

  constructor(what: string) {
    super(`${what} is closed`);
    this.what = what;
  }
}

/** A key or value of the wrong length. Sizes are bytes. */
export class MapSizeError extends AnyBpfError {
  readonly code = 'MAP_SIZE';
  readonly map: string;
  readonly what: 'key' | 'value';
  readonly size: number;
  readonly expected: number;

  constructor(map: string, what: 'key' | 'value', size: number, expected: number) {
    super(`map ${map}: the ${what} has ${size} bytes, the map takes ${expected}`);
    this.map = map;
    this.what = what;
    this.size = size;
    this.expected = expected;
  }
}

/** The kernel's map semantics refuse the operation. */
export class MapOperationError extends AnyBpfError {
  readonly code = 'MAP_OPERATION';
  readonly map: string;
  readonly operation: string;
  readonly errno: string;
  readonly detail: string;

  /** @param errno the kernel's name, e.g. `E2BIG` (full), `EEXIST`, `ENOENT`, `EINVAL`, `EPERM` */
  constructor(map: string, operation: string, errno: string, detail: string) {
    super(`map ${map}: ${operation} failed with ${errno}: ${detail}`);
    this.map = map;
    this.operation = operation;
    this.errno = errno;
    this.detail = detail;
  }
}
