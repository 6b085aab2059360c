import { CoreFault } from './core-fault.ts';

/**
 * Members, values and parameters that may be compared for one object. Real objects need thousands;
 * types that contain each other many times over would take for ever.
 */
const MAX_COMPARISONS = 2_000_000;

export class Budget {
  #left = MAX_COMPARISONS;

  /** @throws CoreFault when it is used up */
  spend(): void {
    if (--this.#left < 0) throw new CoreFault(`takes more than ${MAX_COMPARISONS} comparisons`);
  }
}
