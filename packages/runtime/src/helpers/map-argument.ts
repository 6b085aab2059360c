import { InternalError } from '@anybpf/bytecode';
import type { Machine } from '../interpreter/machine.ts';
import type { MapStorage } from '../maps/map-storage.ts';

/** The map of the call; helpers whose row has a map argument use it. */
export function mapOf(machine: Machine): MapStorage {
  const { map } = machine.args;
  if (map === null) throw new InternalError('the helper has no map argument');
  return map;
}
