import type { Random } from '../object/mutate.ts';

/** What a run came to; every outcome of a target must be reached, else the fuzz proves little. */
export type Outcome = 'accepted' | 'refused';

/** An input, whole, so that it can be kept. */
export interface FuzzInput {
  /** Files by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** @throws AnyBpfError for input that is refused; any other error is a finding */
  readonly run: () => void;
}

/** A part of the package that reads hostile input. */
export interface FuzzTarget {
  readonly name: string;
  /** The same numbers make the same input. */
  readonly input: (random: Random) => FuzzInput;
}
