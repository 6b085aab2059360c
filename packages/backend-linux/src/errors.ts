import { AnyBpfError } from '@anybpf/bytecode';

/** The installed libbpf lacks a function that an operation needs. */
export class LibbpfTooOldError extends AnyBpfError {
  readonly code = 'LIBBPF_TOO_OLD';
  readonly symbol: string;
  readonly version: string;
  readonly since: string;

  /**
   * @param version of the installed library, e.g. "v1.1"
   * @param since first libbpf version that exports `symbol`
   */
  constructor(symbol: string, version: string, since: string) {
    super(`libbpf ${version} has no ${symbol}: install libbpf ${since} or newer`);
    this.symbol = symbol;
    this.version = version;
    this.since = since;
  }
}

/** bpf(2) refused to create, load or run something, and it was not the verifier's verdict. */
export class KernelRefusedError extends AnyBpfError {
  readonly code = 'KERNEL_REFUSED';
  readonly operation: string;
  readonly errno: string;
  readonly remedy: string;

  /**
   * @param operation what was attempted, e.g. "creating map counters (hash)"
   * @param errno the kernel's name for the error
   * @param remedy one sentence
   */
  constructor(operation: string, errno: string, remedy: string) {
    super(`${operation} failed with ${errno}: ${remedy}`);
    this.operation = operation;
    this.errno = errno;
    this.remedy = remedy;
  }
}

/** The kernel's verifier rejects a program. The message holds the end of its log. */
export class VerifierRejectionError extends AnyBpfError {
  readonly code = 'KERNEL_VERIFIER';
  readonly program: string;
  readonly errno: string;
  /** The verifier's log, of which the last MiB is kept. */
  readonly log: string;

  /** @param summary last meaningful lines of the log, and the source line where there is one */
  constructor(program: string, errno: string, summary: readonly string[], log: string) {
    super(
      [`${program}: the kernel's verifier rejects the program (${errno})`, ...summary].join('\n  '),
    );
    this.program = program;
    this.errno = errno;
    this.log = log;
  }
}

/**
 * A thread entered a network namespace of its own and the kernel does not let it return. Only ending
 * the process helps: whatever the thread does about networks happens in the wrong place.
 */
export class NetworkNamespaceError extends AnyBpfError {
  readonly code = 'NETWORK_NAMESPACE';
  readonly errno: string;

  /** @param errno the kernel's name for the error */
  constructor(errno: string) {
    super(`this thread cannot return to its network namespace (${errno}): end the process`);
    this.errno = errno;
  }
}
