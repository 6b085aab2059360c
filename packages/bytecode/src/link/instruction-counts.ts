import type { FunctionSpec, ObjectSpec } from '../object/spec.ts';
import { CallGraph } from './call-graph.ts';

const SLOT_SIZE = 8;

/**
 * Slots of each program and subprogram together with the subprograms that it pulls in: what the
 * kernel is given. Needs no linking, so that programs which do not link have their count too.
 *
 * @throws LinkError for a call graph too large to follow
 */
export function instructionCounts(spec: ObjectSpec): ReadonlyMap<FunctionSpec, number> {
  const graph = new CallGraph(spec);
  return new Map(
    [...spec.programs, ...spec.subprograms].map((entry) => [
      entry,
      graph.reach(entry).reduce((slots, { bytes }) => slots + bytes.length / SLOT_SIZE, 0),
    ]),
  );
}
