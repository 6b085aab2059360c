import { AnyBpfError, type InternalError } from '@anybpf/bytecode';

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
  EFBIG: 'it does not end within 256 MiB',
};

/** `errorDocument` as text. JSON has no bigint and prints byte arrays as objects: numbers and hex here. */
export function errorText(error: AnyBpfError | InternalError): string {
  return JSON.stringify(errorDocument(error), jsonValue, 2);
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}

/** The JSON document of an error: code, message and every typed field of its class. */
export function errorDocument(error: AnyBpfError | InternalError): {
  error: Record<string, unknown>;
} {
  const fields: Record<string, unknown> = { code: error.code, message: error.message };
  for (const [name, value] of Object.entries(error)) {
    if (!(name in fields) && name !== 'name' && value !== undefined) fields[name] = value;
  }
  return { error: fields };
}
