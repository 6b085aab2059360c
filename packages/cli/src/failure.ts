import { AnyBpfError } from '@anybpf/bytecode';

/** An operating system error on a file that the user named. */
export class FileError extends AnyBpfError {
  readonly code = 'FILE';
  readonly path: string;
  /** The system's name for it, e.g. `ENOENT`. */
  readonly errno: string;

  constructor(path: string, operation: 'read' | 'write', cause: unknown) {
    const errno =
      cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
        ? cause.code
        : 'unknown error';
    super(`cannot ${operation} ${path}: ${REASONS[errno] ?? errno}`, { cause });
    this.path = path;
    this.errno = errno;
  }
}

/** The object file holds no BTF. */
export class MissingBtfError extends AnyBpfError {
  readonly code = 'MISSING_BTF';
  readonly path: string;

  constructor(path: string) {
    super(`${path} describes no types: compile with -g`);
    this.path = path;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
};

/** The JSON document of an error: code, message and every typed field of its class. */
export function errorDocument(error: AnyBpfError): { error: Record<string, unknown> } {
  const fields: Record<string, unknown> = { code: error.code, message: error.message };
  for (const [name, value] of Object.entries(error)) {
    if (!(name in fields) && name !== 'name' && value !== undefined) fields[name] = value;
  }
  return { error: fields };
}
