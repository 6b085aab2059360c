import { deepFreeze } from '../../freeze.ts';
import type { HelperArgument, HelperRow, ReturnKind } from '../../platform.ts';
import type { AttachTypeName } from '../attach-types.ts';
import type { MapTypeName } from '../map-types.ts';
import type { ProgramTypeName } from '../program-types.ts';

/** What a row says beyond number, name, release, arguments, return and program types. */
export interface HelperTraits {
  readonly variants?: readonly {
    readonly programTypes: readonly ProgramTypeName[];
    readonly arguments: readonly HelperArgument[];
  }[];
  readonly attachTypes?: Partial<Record<ProgramTypeName, readonly AttachTypeName[]>>;
  readonly mapTypes?: readonly MapTypeName[];
  readonly returnBtfType?: string;
  readonly gplOnly?: true;
  readonly mightSleep?: true;
  readonly packetAccess?: true;
  readonly invalidatesPackets?: true;
  readonly acquires?: true;
  readonly callback?: HelperRow['callback'];
}

/** One row of the helper table; traits that are left out are the common case. */
export function helper(
  number: number,
  name: string,
  since: string,
  args: readonly HelperArgument[],
  returns: ReturnKind,
  programTypes: readonly ProgramTypeName[],
  traits: HelperTraits = {},
): HelperRow {
  return deepFreeze({
    number,
    name,
    since,
    arguments: args,
    variants: traits.variants ?? [],
    returns,
    returnBtfType: traits.returnBtfType ?? null,
    programTypes,
    attachTypes: traits.attachTypes ?? null,
    mapTypes: traits.mapTypes ?? null,
    gplOnly: traits.gplOnly ?? false,
    mightSleep: traits.mightSleep ?? false,
    packetAccess: traits.packetAccess ?? false,
    invalidatesPackets: traits.invalidatesPackets ?? false,
    acquires: traits.acquires ?? false,
    callback: traits.callback ?? null,
  });
}
