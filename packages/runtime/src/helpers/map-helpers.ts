import { errno } from '@anybpf/bytecode';
import { BASE, FixedRegion, tagOf } from '../interpreter/address-space.ts';
import type { Machine } from '../interpreter/machine.ts';
import type { MapStorage, QueueStorage } from '../maps/map-storage.ts';
import type { HelperFunction } from './bound-helper.ts';
import { mapOf } from './map-argument.ts';
import { unsigned32, unsigned64 } from './words.ts';

/** r0 = address of the value bytes at `offset`; the null pointer for -1. */
function returnValue(machine: Machine, map: MapStorage, offset: number): null {
  if (offset < 0) machine.setResultWords(0, 0);
  else machine.setResultWords(BASE + offset, tagOf(machine.maps.numberOf(map)));
  return null;
}

const lookup: HelperFunction = (machine) => {
  const map = mapOf(machine);
  const { args, environment } = machine;
  const key = args.bytes[2] as Uint8Array;
  const at = args.at[2] as number;
  if (map.kind === 'reference') {
    const target = map.reference(key, at);
    if (target === null || !('spec' in target)) machine.setResultWords(0, 0);
    else {
      machine.setResultWords(BASE + machine.maps.numberOf(target), tagOf(FixedRegion.map));
    }
    return null;
  }
  return returnValue(machine, map, map.lookup(key, at, environment.cpu));
};

const lookupPerCpu: HelperFunction = (machine) => {
  const map = mapOf(machine);
  const { args } = machine;
  const cpu = unsigned32(machine, 3);
  const offset =
    cpu < map.cpus ? map.lookup(args.bytes[2] as Uint8Array, args.at[2] as number, cpu) : -1;
  return returnValue(machine, map, offset);
};

const update: HelperFunction = (machine) => {
  const { args, environment } = machine;
  return mapOf(machine).update(
    args.bytes[2] as Uint8Array,
    args.at[2] as number,
    args.bytes[3] as Uint8Array,
    args.at[3] as number,
    unsigned64(machine, 4),
    environment.cpu,
  );
};

const remove: HelperFunction = (machine) => {
  const { args } = machine;
  return mapOf(machine).delete(args.bytes[2] as Uint8Array, args.at[2] as number);
};

/** The row's map types leave queues, stacks and bloom filters alone. */
function queueOf(machine: Machine): QueueStorage | null {
  const map = mapOf(machine);
  return map.kind === 'queue' ? map : null;
}

const push: HelperFunction = (machine) => {
  const { args } = machine;
  const flags = unsigned64(machine, 3);
  return (
    queueOf(machine)?.push(args.bytes[2] as Uint8Array, args.at[2] as number, flags) ??
    -errno.EOPNOTSUPP
  );
};

const pop: HelperFunction = (machine) => {
  const { args } = machine;
  return (
    queueOf(machine)?.pop(args.bytes[2] as Uint8Array, args.at[2] as number) ?? -errno.EOPNOTSUPP
  );
};

const peek: HelperFunction = (machine) => {
  const { args } = machine;
  return (
    queueOf(machine)?.peek(args.bytes[2] as Uint8Array, args.at[2] as number) ?? -errno.EOPNOTSUPP
  );
};

export const mapHelpers: Readonly<Record<string, HelperFunction>> = {
  map_lookup_elem: lookup,
  map_lookup_percpu_elem: lookupPerCpu,
  map_update_elem: update,
  map_delete_elem: remove,
  map_push_elem: push,
  map_pop_elem: pop,
  map_peek_elem: peek,
};
