import type { MapSpec } from '@anybpf/bytecode';
import { LinkError } from '@anybpf/bytecode';
import { errnoName } from '../errno.ts';
import { KernelRefusedError } from '../errors.ts';
import type { LinuxMap } from '../maps/linux-map.ts';
import type { MapAccess } from '../maps/map-access.ts';
import type { LinuxProgram } from '../run/linux-program.ts';

/** Writes the initial content of global variables; `.rodata` is frozen then, so that the verifier trusts it. */
export function fillGlobals({ libbpf, descriptor, spec, valueSize }: MapAccess): void {
  if (spec.globals === null) return;
  const key = new Uint8Array(spec.keySize);
  const value = new Uint8Array(valueSize);
  value.set(spec.globals.data.subarray(0, valueSize));
  const written = libbpf.mapUpdate(descriptor.fd, key, spec.keySize, value, valueSize, 0);
  if (written < 0) throw fillError(spec, 'initial content', written);
  if (!spec.globals.readonly) return;
  const frozen = libbpf.mapFreeze(descriptor.fd);
  if (frozen < 0) throw fillError(spec, 'freezing', frozen);
}

/** Puts the maps that the object names into a map of maps. */
export function fillInnerMaps(map: LinuxMap, maps: ReadonlyMap<string, LinuxMap>): void {
  for (const { index, symbol } of map.spec.initialSlots) {
    const inner = maps.get(symbol);
    if (inner === undefined) {
      throw new LinkError(`map ${map.name} names map ${symbol}, which the object does not have`);
    }
    map.setReference(indexKey(map, index), inner);
  }
}

/** Puts the programs that the object names into a program array. */
export function fillProgramArray(map: LinuxMap, programs: ReadonlyMap<string, LinuxProgram>): void {
  for (const { index, symbol } of map.spec.initialSlots) {
    const program = programs.get(symbol);
    if (program === undefined) {
      throw new LinkError(
        `map ${map.name} names program ${symbol}, which the object does not have`,
      );
    }
    map.setReference(indexKey(map, index), program);
  }
}

function indexKey(map: LinuxMap, index: number): Uint8Array {
  const key = new Uint8Array(Math.max(4, map.spec.keySize));
  new DataView(key.buffer).setUint32(0, index, true);
  return key;
}

function fillError(spec: MapSpec, what: string, result: number): KernelRefusedError {
  return new KernelRefusedError(
    `${what} of map ${spec.name}`,
    errnoName(result),
    'the kernel refuses to fill the map',
  );
}
