import { AnyBpfError } from '../errors.ts';

/** A program that was put together wrongly: an unknown label, an operand that does not fit. */
export class ProgramBuilderError extends AnyBpfError {
  readonly code = 'PROGRAM_BUILDER';
  readonly reason: string;
  readonly slot: number;
  /** Label that is unknown, defined twice or out of reach; null where none is at fault. */
  readonly label: string | null;

  /** @param slot index of the 8-byte slot in the program */
  constructor(reason: string, slot: number, label: string | null = null) {
    super(`instruction ${slot}: ${reason}`);
    this.reason = reason;
    this.slot = slot;
    this.label = label;
  }
}
