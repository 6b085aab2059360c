import { errno } from '@anybpf/bytecode';
import { BASE, FixedRegion, tagOf } from '../interpreter/address-space.ts';
import type { CallbackDriver, Frame } from '../interpreter/frames.ts';
import type { Machine } from '../interpreter/machine.ts';
import type { MapStorage } from '../maps/map-storage.ts';
import type { HelperFunction } from './bound-helper.ts';
import { mapOf } from './map-argument.ts';
import { unsigned32 } from './words.ts';

/** kernel BPF_MAX_LOOPS */
const MAX_LOOPS = 8 * 1024 * 1024;

/** On failure the program goes on behind the call. */
const tailCall: HelperFunction = (machine) => {
  const map = mapOf(machine);
  if (map.kind !== 'reference') return null;
  const target = map.referenceAt(unsigned32(machine, 3));
  if (target === null) return null;
  const executable = machine.executableOf(target);
  if (executable === undefined) return null;
  const { type } = machine.executable;
  if (executable.type !== type) {
    throw machine.fault('bad-argument', {
      what: `a tail call into ${executable.linked.name} of type ${executable.type} from type ${type}`,
    });
  }
  machine.tailCall(executable);
  return null;
};

const loopDriver: CallbackDriver = {
  next(machine: Machine, frame: Frame): boolean {
    frame.index++;
    const broke = (machine.lo[0] | machine.hi[0]) !== 0;
    if (broke || frame.index >= frame.limit) {
      machine.setResult(frame.index);
      return false;
    }
    enterLoop(machine, frame);
    return true;
  },
};

function enterLoop(machine: Machine, frame: Frame): void {
  machine.lo[1] = frame.index;
  machine.hi[1] = 0;
  machine.lo[2] = frame.argumentLo;
  machine.hi[2] = frame.argumentHi;
}

const loop: HelperFunction = (machine) => {
  const { lo, hi } = machine;
  const rounds = unsigned32(machine, 1);
  if ((lo[4] | hi[4]) !== 0) return -errno.EINVAL;
  if (rounds > MAX_LOOPS) return -errno.E2BIG;
  if (rounds === 0) return 0;
  const argumentLo = lo[3];
  const argumentHi = hi[3];
  const frame = machine.enterCallback(lo[2], hi[2], loopDriver);
  frame.index = 0;
  frame.limit = rounds;
  frame.argumentLo = argumentLo;
  frame.argumentHi = argumentHi;
  enterLoop(machine, frame);
  return null;
};

/** Walks the keys that were there at the start; those deleted meanwhile are left out. */
const elementDriver: CallbackDriver = {
  next(machine: Machine, frame: Frame): boolean {
    frame.index++;
    const broke = (machine.lo[0] | machine.hi[0]) !== 0;
    const map = machine.maps.valuesOfRegion(frame.map);
    if (!broke && map !== null && enterElement(machine, frame, map)) return true;
    machine.setResult(frame.visited);
    return false;
  },
};

/** Sets up the call for the next element that exists; false when there is none. */
function enterElement(machine: Machine, frame: Frame, map: MapStorage): boolean {
  const { keys } = frame;
  const { arena, lo, hi } = machine;
  const { keySize } = map.spec;
  const at = arena.keyStart(machine.depth);
  for (; frame.index < frame.limit; frame.index++) {
    if (keys === null) arena.view.setUint32(at, frame.index, true);
    else {
      for (let i = 0; i < keySize; i++) {
        arena.bytes[at + i] = keys[frame.index * keySize + i] as number;
      }
    }
    const offset = map.lookup(arena.bytes, at, machine.environment.cpu);
    if (offset < 0) continue;
    frame.visited++;
    lo[1] = BASE + frame.map;
    hi[1] = tagOf(FixedRegion.map);
    lo[2] = BASE + at;
    hi[2] = tagOf(FixedRegion.key + machine.depth);
    lo[3] = BASE + offset;
    hi[3] = tagOf(frame.map);
    lo[4] = frame.argumentLo;
    hi[4] = frame.argumentHi;
    return true;
  }
  return false;
}

function snapshotKeys(map: MapStorage): Uint8Array {
  const { keySize } = map.spec;
  const keys: Uint8Array[] = [];
  let previous: Uint8Array | null = null;
  for (;;) {
    const key = new Uint8Array(keySize);
    if (keys.length > map.spec.maxEntries || map.nextKey(previous, key) !== 0) break;
    keys.push(key);
    previous = key;
  }
  const all = new Uint8Array(keys.length * keySize);
  for (const [index, key] of keys.entries()) all.set(key, index * keySize);
  return all;
}

const forEachElement: HelperFunction = (machine) => {
  const { lo, hi, maps, arena } = machine;
  const map = mapOf(machine);
  if ((lo[4] | hi[4]) !== 0) return -errno.EINVAL;
  const indexed = map.spec.type === 'array' || map.spec.type === 'percpu_array';
  const keys = indexed ? null : snapshotKeys(map);
  machine.charge(keys?.length ?? 0);
  const argumentLo = lo[3];
  const argumentHi = hi[3];
  const frame = machine.enterCallback(lo[2], hi[2], elementDriver);
  frame.map = maps.numberOf(map);
  frame.keys = keys;
  frame.index = 0;
  frame.visited = 0;
  frame.limit = keys === null ? map.spec.maxEntries : keys.length / map.spec.keySize;
  frame.argumentLo = argumentLo;
  frame.argumentHi = argumentHi;
  arena.openKey(machine.depth, map.spec.keySize);
  if (enterElement(machine, frame, map)) return null;
  // No element: leave the frame at once, with the driver's result.
  machine.setResult(1);
  machine.leaveFrame();
  return null;
};

export const controlHelpers: Readonly<Record<string, HelperFunction>> = {
  tail_call: tailCall,
  loop,
  for_each_map_elem: forEachElement,
};
