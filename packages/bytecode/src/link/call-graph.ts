import { LinkError } from '../errors.ts';
import type { FunctionSpec, ObjectSpec } from '../object/spec.ts';
import { type FunctionReference, functionReferences } from './function-references.ts';

/**
 * References followed in all. A real object has thousands; without a limit, a chain of n functions
 * would take n * n steps.
 */
const MAX_STEPS = 1_000_000;

/** A reference and what it names; undefined where no function begins at that place. */
export interface ResolvedReference extends FunctionReference {
  readonly target: FunctionSpec | undefined;
}

/** Which functions of an object name which others. */
export class CallGraph {
  readonly #spec: ObjectSpec;
  readonly #byPlace = new Map<string, FunctionSpec>();
  /** By code: two names for one function share it. */
  readonly #references = new Map<Uint8Array, readonly ResolvedReference[]>();
  #stepsLeft = MAX_STEPS;

  constructor(spec: ObjectSpec) {
    this.#spec = spec;
    for (const candidate of [...spec.programs, ...spec.subprograms]) {
      const place = placeOf(candidate);
      if (!this.#byPlace.has(place)) this.#byPlace.set(place, candidate);
    }
  }

  /** Ascending by slot. */
  references(of: FunctionSpec): readonly ResolvedReference[] {
    const known = this.#references.get(of.bytes);
    if (known !== undefined) return known;
    const references = functionReferences(of, this.#spec.endianness).map((reference) => ({
      ...reference,
      target: this.#byPlace.get(placeOf(reference)),
    }));
    this.#references.set(of.bytes, references);
    return references;
  }

  /**
   * `entry` and what it reaches, each once, in the order in which libbpf appends them: depth first,
   * by the instructions that name them. References to nothing are passed over.
   *
   * @throws LinkError, of no program, where the functions call each other without end
   */
  reach(entry: FunctionSpec): readonly FunctionSpec[] {
    const order: FunctionSpec[] = [entry];
    const seen = new Set(order);
    const open = [this.references(entry).values()];
    while (open.length > 0) {
      if (--this.#stepsLeft < 0) {
        throw new LinkError(`more than ${MAX_STEPS} calls to follow in the object`);
      }
      const step = open.at(-1)?.next();
      if (step === undefined || step.done === true) {
        open.pop();
        continue;
      }
      const { target } = step.value;
      if (target === undefined || seen.has(target)) continue;
      seen.add(target);
      order.push(target);
      open.push(this.references(target).values());
    }
    return order;
  }
}

function placeOf({ section, sectionOffset }: FunctionReference | FunctionSpec): string {
  return `${section}:${sectionOffset}`;
}
