import { LinkError } from '../errors.ts';
import type { FunctionSpec, ObjectSpec } from '../object/spec.ts';
import { type FunctionReference, functionReferences } from './function-references.ts';

/**
 * References followed in all. A real object has thousands; without a limit, a chain of n functions
 * would take n * n steps.
 */
const MAX_STEPS = 4_000_000;

/** Which functions of an object name which others. */
export class CallGraph {
  readonly #spec: ObjectSpec;
  readonly #byPlace = new Map<string, FunctionSpec>();
  readonly #references = new Map<FunctionSpec, readonly FunctionReference[]>();
  #stepsLeft = MAX_STEPS;

  constructor(spec: ObjectSpec) {
    this.#spec = spec;
    for (const candidate of [...spec.programs, ...spec.subprograms]) {
      const place = `${candidate.section}:${candidate.sectionOffset}`;
      if (!this.#byPlace.has(place)) this.#byPlace.set(place, candidate);
    }
  }

  references(of: FunctionSpec): readonly FunctionReference[] {
    const known = this.#references.get(of);
    if (known !== undefined) return known;
    const references = functionReferences(of, this.#spec.endianness);
    this.#references.set(of, references);
    return references;
  }

  /** undefined: no function begins at that place. */
  target({ section, sectionOffset }: FunctionReference): FunctionSpec | undefined {
    return this.#byPlace.get(`${section}:${sectionOffset}`);
  }

  /**
   * `entry` and what it reaches, each once, in the order in which libbpf appends them: depth first,
   * by the instructions that name them. References to nothing are passed over.
   *
   * @throws LinkError where the functions of the object call each other without end
   */
  reach(entry: FunctionSpec): readonly FunctionSpec[] {
    const order: FunctionSpec[] = [entry];
    const seen = new Set(order);
    const open = [this.references(entry).values()];
    while (open.length > 0) {
      if (--this.#stepsLeft < 0) {
        throw new LinkError(`more than ${MAX_STEPS} calls to follow in the object`, entry.name);
      }
      const step = open.at(-1)?.next();
      if (step === undefined || step.done === true) {
        open.pop();
        continue;
      }
      const target = this.target(step.value);
      if (target === undefined || seen.has(target)) continue;
      seen.add(target);
      order.push(target);
      open.push(this.references(target).values());
    }
    return order;
  }
}
