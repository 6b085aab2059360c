import { argumentsFor, type HelperRow, linux, mayCall } from '@anybpf/bytecode';
import { adjustRoomHelpers } from './adjust-room-helper.ts';
import { BoundHelper, type HelperFunction } from './bound-helper.ts';
import { checksumHelpers } from './checksum-helpers.ts';
import { controlHelpers } from './control-helpers.ts';
import { lockHelpers } from './lock-helpers.ts';
import { mapHelpers } from './map-helpers.ts';
import { printHelpers } from './print-helpers.ts';
import { probeHelpers } from './probe-helpers.ts';
import { redirectHelpers } from './redirect-helpers.ts';
import { ringBufferHelpers } from './ring-buffer-helpers.ts';
import { routeHelpers } from './route-helpers.ts';
import { skbDataHelpers } from './skb-data-helpers.ts';
import { skbHashHelpers } from './skb-hash-helpers.ts';
import { skbShapeHelpers } from './skb-shape-helpers.ts';
import { skbVlanHelpers } from './skb-vlan-helpers.ts';
import { socketHelpers } from './socket-helpers.ts';
import { stringHelpers } from './string-helpers.ts';
import { taskHelpers } from './task-helpers.ts';
import { timeHelpers } from './time-helpers.ts';
import { xdpHelpers } from './xdp-helpers.ts';

/** Every implementation, by the name of its row in the platform table. */
const implementations: ReadonlyMap<string, HelperFunction> = new Map(
  [
    adjustRoomHelpers,
    checksumHelpers,
    controlHelpers,
    lockHelpers,
    mapHelpers,
    printHelpers,
    probeHelpers,
    redirectHelpers,
    ringBufferHelpers,
    routeHelpers,
    skbDataHelpers,
    skbHashHelpers,
    skbShapeHelpers,
    skbVlanHelpers,
    socketHelpers,
    stringHelpers,
    taskHelpers,
    timeHelpers,
    xdpHelpers,
  ].flatMap((group) => Object.entries(group)),
);

/** Numbers of the helpers that are implemented here. */
export const IMPLEMENTED_HELPERS: ReadonlySet<number> = new Set(
  linux.helpers.filter((row) => implementations.has(row.name)).map((row) => row.number),
);

/** Why a helper cannot be called. */
export type Refusal = 'unknown' | 'not-implemented' | 'not-allowed';

/** @param attachType expected attach type of the program; null where it is not known */
export function bindHelper(
  number: number,
  programType: string,
  attachType: string | null,
): BoundHelper | Refusal {
  const row = linux.helperByNumber(number);
  if (row === undefined) return 'unknown';
  const implementation = implementations.get(row.name);
  if (implementation === undefined) return 'not-implemented';
  const type = linux.programTypeByName(programType);
  if (type === undefined || !mayCall(row, type, attachType)) return 'not-allowed';
  return new BoundHelper(row, argumentsFor(row, programType), implementation);
}

/** As messages name a helper: `helper 1 (bpf_map_lookup_elem)`. */
export function describeHelper(number: number): string {
  const row: HelperRow | undefined = linux.helperByNumber(number);
  return row === undefined ? `helper ${number}` : `helper ${number} (bpf_${row.name})`;
}
