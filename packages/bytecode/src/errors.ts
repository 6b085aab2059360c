/**
 * Base of every error that a caller can cause and act on. `code` is a stable string; subclasses
 * carry typed fields. A message says what happened, where, and what to do.
 */
export abstract class AnyBpfError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A broken invariant of anybpf itself, never the user's mistake. Deliberately not an AnyBpfError. */
export class InternalError extends Error {
  readonly code = 'ANYBPF_INTERNAL';

  constructor(message: string, options?: ErrorOptions) {
    super(`${message} (this is a bug in anybpf, not in your program)`, options);
    this.name = 'InternalError';
  }
}

/** The bytes are not an eBPF object that this reader understands. */
export class ObjectFormatError extends AnyBpfError {
  readonly code = 'OBJECT_FORMAT';

  /**
   * @param what what is wrong, e.g. "string table index 97 is outside the 12 sections"
   * @param where section, symbol or structure in which it was met, e.g. ".BTF" or "ELF header"
   * @param offset byte offset in the file, where one is known
   */
  constructor(
    readonly what: string,
    readonly where: string,
    readonly offset?: number,
  ) {
    super(`${where}${offset === undefined ? '' : ` (file offset 0x${offset.toString(16)})`}: ${what}`);
  }
}

/** Bytes that are no valid instruction stream (RFC 9669). */
export class InvalidInstructionError extends AnyBpfError {
  readonly code = 'INVALID_INSTRUCTION';

  /**
   * @param reason e.g. "unknown opcode 0x8f"
   * @param slot index of the 8-byte slot in its program
   */
  constructor(
    readonly reason: string,
    readonly slot: number,
    readonly program?: string,
  ) {
    super(`${program === undefined ? '' : `${program}: `}instruction ${slot}: ${reason}`);
  }
}

/** Assembler text that does not parse; `line` and `column` count from 1. */
export class AssemblyError extends AnyBpfError {
  readonly code = 'ASSEMBLY';

  constructor(
    readonly reason: string,
    readonly line: number,
    readonly column: number,
    readonly text: string,
  ) {
    super(`${line}:${column}: ${reason}\n  ${text}\n  ${' '.repeat(Math.max(0, column - 1))}^`);
  }
}

/** The object parses, but a reference in it cannot be resolved. */
export class LinkError extends AnyBpfError {
  readonly code = 'LINK';

  /**
   * @param reason what cannot be resolved and why
   * @param program program whose instruction holds the reference, where there is one
   * @param slot slot of that instruction within its function
   */
  constructor(
    readonly reason: string,
    readonly program?: string,
    readonly slot?: number,
  ) {
    super(
      `${program === undefined ? '' : `${program}: `}${slot === undefined ? '' : `instruction ${slot}: `}${reason}`,
    );
  }
}
