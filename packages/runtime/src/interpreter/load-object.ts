import {
  LinkError,
  type LinkedObject,
  type LinkedProgram,
  type MapSpec,
  type ProgramTypeName,
  type VerifiedObject,
} from '@anybpf/bytecode';
import type { BpfMap, LoadedObject, LoadOptions, Program } from '../backend.ts';
import { UnsupportedFeatureError } from '../errors.ts';
import type { BoundHelper } from '../helpers/bound-helper.ts';
import { bindHelper, describeHelper } from '../helpers/registry.ts';
import { createMapStorage } from '../maps/create-map-storage.ts';
import { loaderEntries } from '../maps/loader-entries.ts';
import { createMapHandle } from '../maps/map-handle.ts';
import type { MapStorage } from '../maps/map-storage.ts';
import { selectPrograms } from '../select-programs.ts';
import { BASE, tagOf } from './address-space.ts';
import { createContext } from './contexts/create-context.ts';
import { Coverage } from './coverage.ts';
import { InterpreterProgram } from './interpreter-program.ts';
import type { Machine } from './machine.ts';
import { type Bindings, predecode } from './predecode.ts';
import { spinLockOffset } from './spin-lock-offset.ts';

/** Bytes of a page of the machine that is modelled: x86-64. */
const PAGE = 4096;

export interface ObjectOptions extends LoadOptions {
  readonly coverage: boolean;
  readonly hashSeed: number;
}

/** What `loadObject` has made so far; `close` undoes all of it. */
class InterpreterObject implements LoadedObject {
  readonly programs: Map<string, Program> = new Map();
  readonly maps: Map<string, BpfMap> = new Map();
  readonly storages: MapStorage[] = [];
  readonly #machine: Machine;
  #closed = false;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  release(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const storage of this.storages) this.#machine.maps.remove(storage);
    for (const program of this.programs.values()) this.#machine.unregister(program);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Creates maps and programs of an object on a machine.
 *
 * @throws UnsupportedFeatureError, MapOperationError, LinkError, InvalidInstructionError; nothing
 * stays behind then
 */
export function loadObject(
  machine: Machine,
  verified: VerifiedObject,
  options: ObjectOptions,
): LoadedObject {
  const { linked } = verified;
  if (linked.endianness === 'big') {
    throw new UnsupportedFeatureError('big-endian objects', 'interpreter');
  }
  const object = new InterpreterObject(machine);
  try {
    createMaps(machine, object, linked, options);
    for (const program of selectPrograms(linked, options)) {
      addProgram(machine, object, program, options);
    }
    fillSlots(object, linked);
  } catch (error) {
    object.release();
    throw error;
  }
  return object;
}

function createMaps(
  machine: Machine,
  object: InterpreterObject,
  linked: LinkedObject,
  options: ObjectOptions,
): void {
  const isClosed = (): boolean => object.closed;
  const reaches = (program: Program): boolean => machine.executableOf(program) !== undefined;
  for (const spec of linked.maps) {
    const lock = spinLockOffset(linked.btf, spec);
    const { cpus } = machine.environment;
    const maxEntries = loaderEntries(spec, { cpus, pageSize: PAGE });
    const storage = createMapStorage(
      maxEntries === spec.maxEntries ? spec : { ...spec, maxEntries },
      {
        cpus,
        hashSeed: options.hashSeed,
        ...(lock === undefined ? {} : { spinLockOffset: lock }),
      },
    );
    object.storages.push(storage);
    machine.maps.numberOf(storage);
    object.maps.set(spec.name, createMapHandle(storage, { isClosed, reaches }));
  }
}

function addProgram(
  machine: Machine,
  object: InterpreterObject,
  linked: LinkedProgram,
  options: ObjectOptions,
): void {
  const type = linked.type ?? options.defaultProgramType ?? 'socket_filter';
  if (linked.unresolvedCoreRelocations > 0) {
    throw new UnsupportedFeatureError(
      `${linked.unresolvedCoreRelocations} unresolved CO-RE relocations (program ${linked.name})`,
      'interpreter',
    );
  }
  const context = createContext(type, linked.attachType, linked.name);
  if (context === null) {
    throw new UnsupportedFeatureError(
      `program type ${type} (program ${linked.name})`,
      'interpreter',
    );
  }
  const coverage = options.coverage ? new Coverage(linked) : null;
  const executable = predecode(linked, type, bindings(machine, object, linked, type, coverage));
  const program = new InterpreterProgram(machine, executable, context, () => object.closed);
  machine.register(program, executable);
  object.programs.set(linked.name, program);
}

function bindings(
  machine: Machine,
  object: InterpreterObject,
  linked: LinkedProgram,
  type: ProgramTypeName,
  coverage: Coverage | null,
): Bindings {
  const storageOf = (index: number): MapStorage => {
    const storage = object.storages[index];
    if (storage === undefined) throw new LinkError(`there is no map ${index}`, linked.name);
    return storage;
  };
  return {
    coverage,
    mapHandle: (index) => machine.maps.numberOf(storageOf(index)),
    mapValue: (index) => {
      const storage = storageOf(index);
      if (storage.spec.type !== 'array') return null;
      const offset = storage.lookup(new Uint8Array(4), 0, 0);
      return offset < 0 ? null : { lo: BASE + offset, hi: tagOf(machine.maps.numberOf(storage)) };
    },
    helper: (number, slot) => helperFor(number, slot, linked, type),
  };
}

function helperFor(
  number: number,
  slot: number,
  linked: LinkedProgram,
  type: ProgramTypeName,
): BoundHelper {
  const helper = bindHelper(number, type, linked.attachType);
  if (typeof helper !== 'string') return helper;
  const where = `program ${linked.name}, instruction ${slot}`;
  const why = helper === 'not-allowed' ? ` in programs of type ${type}` : '';
  throw new UnsupportedFeatureError(`${describeHelper(number)}${why} (${where})`, 'interpreter');
}

/** Static initialisers of program arrays and maps of maps. */
function fillSlots(object: InterpreterObject, linked: LinkedObject): void {
  for (const spec of linked.maps) {
    const map = object.maps.get(spec.name);
    if (map === undefined) continue;
    for (const { index, symbol } of spec.initialSlots) {
      map.setReference(slotKey(spec, index), slotTarget(object, spec, symbol));
    }
  }
}

function slotKey(spec: MapSpec, index: number): Uint8Array {
  const key = new Uint8Array(Math.max(4, spec.keySize));
  new DataView(key.buffer).setUint32(0, index, true);
  return key;
}

function slotTarget(object: InterpreterObject, spec: MapSpec, symbol: string): Program | BpfMap {
  const target = spec.type === 'prog_array' ? object.programs.get(symbol) : object.maps.get(symbol);
  if (target === undefined) {
    throw new LinkError(`map ${spec.name} is initialised with ${symbol}, which does not exist`);
  }
  return target;
}
