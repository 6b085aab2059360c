import { AnyBpfError } from '../errors.ts';

/** A value that its BTF type cannot hold, or bytes too short for one. */
export class ValueError extends AnyBpfError {
  readonly code = 'VALUE';
  /** Members and indices that lead to the place, e.g. `flow.ports[1]`; '' for the value itself. */
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(path === '' ? reason : `${path}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }

  /** The same, seen from the value that has the value as a member or element. */
  within(part: string | number): ValueError {
    const rest = this.path === '' || this.path.startsWith('[') ? this.path : `.${this.path}`;
    return new ValueError(`${typeof part === 'number' ? `[${part}]` : part}${rest}`, this.reason);
  }
}

/** There are no values of the BTF type (functions, forward declarations), or none that can be read. */
export class UndescribableTypeError extends AnyBpfError {
  readonly code = 'UNDESCRIBABLE_TYPE';
  readonly typeId: number;
  readonly reason: string;

  constructor(typeId: number, reason: string) {
    super(`BTF type ${typeId}: ${reason}`);
    this.typeId = typeId;
    this.reason = reason;
  }
}
