import { BASE, FixedRegion, isTagged, regionOf } from './address-space.ts';
import type { Machine } from './machine.ts';
import { describeAccess } from './memory-fault.ts';
import type { RegisterIndex } from './registers.ts';

/**
 * Checked memory access for everything that the run loop's fast path does not serve: map values,
 * contexts with virtual fields, and what turns out to be a fault.
 */

export type Access = 'reads' | 'writes';

/**
 * Finds `size` bytes at (hi, at) and leaves their backing memory in `machine.bytes` and
 * `machine.view`.
 *
 * @returns byte offset in that memory; -1 when the access is not allowed
 */
export function tryLocate(
  machine: Machine,
  hi: number,
  at: number,
  size: number,
  access: Access,
): number {
  if (!isTagged(hi)) return -1;
  const { space } = machine;
  const region = regionOf(hi);
  const ends = access === 'reads' ? space.readEnds : space.writeEnds;
  if (at >= (space.starts[region] as number) && at <= (ends[region] as number) - size) {
    machine.bytes = space.bytes[region] as Uint8Array;
    machine.view = space.views[region] as DataView;
    return at - BASE;
  }
  const storage = machine.maps.valuesOfRegion(region);
  if (storage === null) return -1;
  if (access === 'reads' ? !storage.programsMayRead : !storage.programsMayWrite) return -1;
  const { values } = storage;
  const offset = at - BASE;
  if (values.stride === 0 || offset < 0 || offset >= values.bytes.length) return -1;
  if ((offset % values.stride) + size > values.valueSize) return -1;
  machine.bytes = values.bytes;
  machine.view = values.view;
  return offset;
}

/** As {@link tryLocate}; @throws ProgramFault */
export function locate(
  machine: Machine,
  hi: number,
  at: number,
  size: number,
  access: Access,
): number {
  const offset = tryLocate(machine, hi, at, size, access);
  if (offset < 0) describeAccess(machine, hi, at, size, access);
  return offset;
}

/** Loads zero-extended into register `d`. */
export function load(
  machine: Machine,
  d: RegisterIndex,
  hi: number,
  at: number,
  size: number,
): void {
  if (isTagged(hi) && regionOf(hi) === FixedRegion.context && machine.context.virtual) {
    machine.context.load(machine, d, at - BASE, size);
    return;
  }
  const offset = locate(machine, hi, at, size, 'reads');
  const { view } = machine;
  machine.hi[d] = size === 8 ? view.getInt32(offset + 4, true) : 0;
  machine.lo[d] =
    size >= 4
      ? view.getInt32(offset, true)
      : size === 2
        ? view.getUint16(offset, true)
        : view.getUint8(offset);
}

export function store(
  machine: Machine,
  hi: number,
  at: number,
  size: number,
  lowWord: number,
  highWord: number,
): void {
  if (isTagged(hi) && regionOf(hi) === FixedRegion.context && machine.context.virtual) {
    machine.context.store(machine, at - BASE, size, lowWord, highWord);
    return;
  }
  const offset = locate(machine, hi, at, size, 'writes');
  const { view } = machine;
  if (size === 1) {
    view.setInt8(offset, lowWord);
  } else if (size === 2) {
    view.setInt16(offset, lowWord, true);
  } else {
    view.setInt32(offset, lowWord, true);
    if (size === 8) view.setInt32(offset + 4, highWord, true);
  }
}
