import { InternalError } from '../../errors.ts';
import type { Register } from '../../isa/instruction.ts';
import { linux } from '../../platform/index.ts';
import type { AncillaryName } from '../ancillary.ts';

/** Program types that classic programs are converted for. */
export type ClassicFlavour = 'socket_filter' | 'xdp';

/** Registers that hold the same in every flavour. A is where results and legacy loads are. */
export const A: Register = 0;
export const X: Register = 7;
export const CONTEXT: Register = 6;
export const FRAME: Register = 10;

/** What depends on the program type: how packet, length and verdict are had. */
export interface FlavourWriter {
  /** Sets up CONTEXT and registers of its own. */
  prologue(): void;
  /** What follows is the classic instruction `index`. */
  begin(index: number): void;
  /** Control may go on to the classic instruction `target`. */
  reach(target: number): void;
  /**
   * `into` = big-endian packet bytes at offset k, as Linux reads it; the end with 0 where they are
   * outside. Keeps A, X and M[] otherwise.
   *
   * @returns false where they are outside of every packet: control never goes on
   */
  loadAbsolute(into: typeof A | typeof X, k: number, size: 1 | 2 | 4): boolean;
  /** A = big-endian packet bytes at offset X + k (32 bits, wrapping). */
  loadIndexed(k: number, size: 1 | 2 | 4): void;
  loadLength(into: typeof A | typeof X): void;
  /**
   * A = ancillary data.
   *
   * @returns why that cannot be had, one clause; null: done
   */
  loadAncillary(name: AncillaryName): string | null;
  /** The end, with k bytes of the packet accepted. */
  returnConstant(k: number): void;
  /** The end, with A bytes of the packet accepted. */
  returnA(): void;
}

/** Offset of a field in the context of a program type. */
export function contextField(type: ClassicFlavour, name: string): number {
  const fields = linux.programTypeByName(type)?.context?.fields ?? [];
  const field = fields.find((row) => row.name === name);
  if (field === undefined) throw new InternalError(`no field ${name} in the context of ${type}`);
  return field.offset;
}

/** Number of a helper. */
export function helperNumber(name: string): number {
  const row = linux.helperByName(name);
  if (row === undefined) throw new InternalError(`no helper ${name}`);
  return row.number;
}
