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
  readonly what: string;
  readonly where: string;
  readonly offset: number | undefined;

  /**
   * @param what what is wrong, e.g. "string table index 97 is outside the 12 sections"
   * @param where section, symbol or structure in which it was met, e.g. ".BTF" or "ELF header"
   * @param offset byte offset in the file, where one is known
   */
  constructor(what: string, where: string, offset?: number) {
    super(
      `${where}${offset === undefined ? '' : ` (file offset 0x${offset.toString(16)})`}: ${what}`,
    );
    this.what = what;
    this.where = where;
    this.offset = offset;
  }
}

/** Bytes that are no valid instruction stream (RFC 9669). */
export class InvalidInstructionError extends AnyBpfError {
  readonly code = 'INVALID_INSTRUCTION';
  readonly reason: string;
  readonly slot: number;
  readonly program: string | undefined;

  /**
   * @param reason e.g. "unknown opcode 0x8f"
   * @param slot index of the 8-byte slot in its program
   */
  constructor(reason: string, slot: number, program?: string) {
    super(`${program === undefined ? '' : `${program}: `}instruction ${slot}: ${reason}`);
    this.reason = reason;
    this.slot = slot;
    this.program = program;
  }
}

/**
 * Assembler text that does not parse; `line` and `column` count from 1. `text` is the whole line, of
 * which the message shows what is near the column.
 */
export class AssemblyError extends AnyBpfError {
  readonly code = 'ASSEMBLY';
  readonly reason: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;

  constructor(reason: string, line: number, column: number, text: string) {
    const start = Math.max(0, column - 80);
    const shown = text.slice(start, start + 160);
    super(`${line}:${column}: ${reason}\n  ${shown}\n  ${' '.repeat(column - 1 - start)}^`);
    this.reason = reason;
    this.line = line;
    this.column = column;
    this.text = text;
  }
}

/** The object parses, but a reference in it cannot be resolved. */
export class LinkError extends AnyBpfError {
  readonly code = 'LINK';
  readonly reason: string;
  readonly program: string | undefined;
  readonly slot: number | undefined;

  /**
   * @param reason what cannot be resolved and why
   * @param program program whose instruction holds the reference, where there is one
   * @param slot slot of that instruction within its function
   */
  constructor(reason: string, program?: string, slot?: number) {
    super(
      `${program === undefined ? '' : `${program}: `}${slot === undefined ? '' : `instruction ${slot}: `}${reason}`,
    );
    this.reason = reason;
    this.program = program;
    this.slot = slot;
  }
}
