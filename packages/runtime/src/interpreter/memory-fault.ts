import { BASE, FixedRegion, isTagged, PACKET_GENERATIONS, regionOf } from './address-space.ts';
import type { Machine } from './machine.ts';
import type { Access } from './memory.ts';
import type { FaultKind } from './program-fault.ts';
import { toBigint } from './registers.ts';

/** Finds out why an access was refused, and says so. Only ever called for accesses that were. */
export function describeAccess(
  machine: Machine,
  hi: number,
  at: number,
  size: number,
  access: Access,
): never {
  const address = toBigint(at, hi);
  const verb = `${access} ${size} ${size === 1 ? 'byte' : 'bytes'}`;
  if (!isTagged(hi)) {
    const isNull = hi === 0 && at >>> 0 < 4096;
    throw machine.fault(isNull ? 'null-pointer' : 'bad-pointer', {
      what: isNull
        ? `${verb} through a null pointer${at === 0 ? '' : ` plus ${at}`}`
        : `${verb} at 0x${address.toString(16)}, which is no pointer`,
      size,
      address,
    });
  }
  const number = regionOf(hi);
  const region = machine.space.regions[number];
  if (region === null || region === undefined) {
    throw machine.fault('bad-pointer', {
      what: `${verb} through a pointer to memory that does not exist`,
      size,
      address,
    });
  }
  const refuse = (kind: FaultKind, offset: number, why: string): never => {
    const place = `${region.name}${offset < 0 ? offset : `+${offset}`}`;
    throw machine.fault(kind, {
      what: `${verb} at ${place}, ${why}`,
      region: region.name,
      offset,
      size,
      address,
    });
  };

  const storage = machine.maps.valuesOfRegion(number);
  if (storage !== null) {
    const { stride, valueSize, bytes } = storage.values;
    const absolute = at - BASE;
    const inValue = stride === 0 ? absolute : ((absolute % stride) + stride) % stride;
    if (access === 'writes' && !storage.programsMayWrite) {
      return refuse('read-only', inValue, 'which is read-only for programs');
    }
    if (access === 'reads' && !storage.programsMayRead) {
      return refuse('bad-pointer', inValue, 'which programs may not read');
    }
    // Just before a value is the guard of its neighbour: say how far before, not how far behind.
    if (inValue >= valueSize && stride - inValue <= 4 && size <= stride - valueSize) {
      return refuse('out-of-bounds', inValue - stride, 'before the value');
    }
    const past = inValue + size - valueSize;
    const within = absolute >= 0 && absolute < bytes.length;
    return refuse(
      'out-of-bounds',
      inValue,
      within ? `${count(past)} past the end of the value (${count(valueSize)})` : 'outside the map',
    );
  }

  const offset = at - BASE - region.origin;
  switch (region.kind) {
    case 'map':
      return refuse('bad-pointer', 0, 'which is a map, not memory');
    case 'function':
      return refuse('bad-pointer', 0, 'which is code');
    case 'record':
      if (machine.space.readEnds[number] === 0) {
        return refuse('released', offset, 'which was submitted or discarded');
      }
      break;
    case 'packet': {
      const stale =
        number >= FixedRegion.packet &&
        number < FixedRegion.packet + PACKET_GENERATIONS &&
        machine.space.readEnds[number] === 0;
      if (stale) {
        return refuse(
          'stale-pointer',
          offset,
          'through a packet pointer older than the last helper that moves the packet: load it again',
        );
      }
      break;
    }
    case 'stack':
      if (machine.space.readEnds[number] === 0) {
        return refuse('released', offset, 'the stack of a function that has returned');
      }
      break;
    default:
      break;
  }

  const start = machine.space.starts[number] as number;
  const end = machine.space.readEnds[number] as number;
  if (access === 'writes' && at >= start && at <= end - size) {
    return refuse('read-only', offset, 'which is read-only');
  }
  if (at < start) {
    return refuse('out-of-bounds', offset, `${count(start - at)} before its start`);
  }
  const length =
    region.kind === 'stack'
      ? `${count(end - start)} below the frame pointer`
      : `${region.name} has ${count(end - BASE - region.origin)}`;
  return refuse('out-of-bounds', offset, `${count(at + size - end)} past its end (${length})`);
}

function count(bytes: number): string {
  return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
}
