import { type MapEntry, MapEntryError, parseMapEntries } from '@anybpf/programs';
import {
  type BpfMap,
  type LoadedObject,
  MapOperationError,
  UnsupportedFeatureError,
} from '@anybpf/runtime';
import { type Request, UsageError } from './command.ts';
import { readBytes } from './files.ts';
import { parseHex, toHex } from './hex.ts';

/** Options of the commands that fill maps before the first packet. */
export const MAP_OPTIONS = {
  map: { type: 'string', multiple: true },
  maps: { type: 'string' },
} as const;

/**
 * What `--maps FILE` (the list of `programs/NAME/maps.json`) and `--map` say, as one step to apply.
 *
 * @throws FileError, MapEntryError; the step throws UsageError, MapSizeError, MapOperationError
 */
export async function mapEntries(
  request: Request,
  usage: string,
): Promise<(loaded: LoadedObject) => void> {
  const file = request.text('maps');
  const entries = file === undefined ? [] : parseEntries(await readBytes(file));
  const given = request.list('map');
  return (loaded) => {
    for (const { map, key, value } of entries) applyValue(mapNamed(loaded, map, usage), key, value);
    for (const argument of given) applyMapEntry(loaded, argument, usage);
  };
}

function parseEntries(bytes: Uint8Array): MapEntry[] {
  try {
    return parseMapEntries(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw new MapEntryError(`not JSON: ${error.message}`, -1);
    throw error;
  }
}

/**
 * One `--map NAME=KEYHEX:VALUEHEX`. A value `@PROGRAM` or `@MAP` refers to a program (program arrays)
 * or a map (maps of maps) of the same object. An empty key pushes onto a queue or stack. The value of a
 * per-CPU map may be given once for all CPUs.
 *
 * @throws UsageError; MapSizeError and MapOperationError of the map itself
 */
function applyMapEntry(loaded: LoadedObject, argument: string, usage: string): void {
  const match = /^([^=]+)=([^:]*):(.*)$/s.exec(argument);
  if (match === null) {
    throw new UsageError(`--map "${argument}" is not NAME=KEYHEX:VALUEHEX`, usage);
  }
  const [, name = '', keyText = '', valueText = ''] = match;
  const map = mapNamed(loaded, name, usage);
  const key = parseHex(keyText, `key of map ${name}`, usage);
  if (valueText.startsWith('@')) {
    const target = valueText.slice(1);
    const referred = loaded.programs.get(target) ?? loaded.maps.get(target);
    if (referred === undefined) {
      throw new UsageError(`the object has no program or map "${target}"`, usage);
    }
    map.setReference(key, referred);
    return;
  }
  applyValue(map, key, parseHex(valueText, `value of map ${name}`, usage));
}

function applyValue(map: BpfMap, key: Uint8Array, value: Uint8Array): void {
  if (map.spec.keySize === 0) map.push(value);
  else map.set(key, forEveryCpu(map, value));
}

function mapNamed(loaded: LoadedObject, name: string, usage: string): BpfMap {
  const map = loaded.maps.get(name);
  if (map === undefined) {
    const names = [...loaded.maps.keys()].join(', ') || 'none';
    throw new UsageError(`there is no map "${name}"; there are: ${names}`, usage);
  }
  return map;
}

function forEveryCpu(map: BpfMap, value: Uint8Array): Uint8Array {
  if (!map.spec.type.includes('percpu') || value.length !== map.spec.valueSize) return value;
  const stride = Math.ceil(value.length / 8) * 8;
  const all = new Uint8Array(stride * map.cpus);
  for (let cpu = 0; cpu < map.cpus; cpu++) all.set(value, cpu * stride);
  return all;
}

/** Entries in hex; records and queued values have an empty key. */
type MapContents = readonly { readonly key: string; readonly value: string }[];

/** Final contents of every map that has any, in hex: what `run` prints under `maps`. */
export function dumpMaps(loaded: LoadedObject): Record<string, MapContents> {
  // A map may have any name, __proto__ among them.
  const dump: Record<string, MapContents> = Object.create(null);
  for (const [name, map] of loaded.maps) {
    try {
      dump[name] = contentsOf(map);
    } catch (error) {
      // Redirect tables, event arrays and the like: the kernel lets nobody read them.
      const unreadable =
        error instanceof MapOperationError || error instanceof UnsupportedFeatureError;
      if (!unreadable) throw error;
      dump[name] = [];
    }
  }
  return dump;
}

function contentsOf(map: BpfMap): MapContents {
  switch (map.spec.type) {
    case 'ringbuf':
    case 'perf_event_array':
      return map.drain().map((record) => ({ key: '', value: toHex(record) }));
    case 'queue':
    case 'stack':
      return drainQueue(map);
    default:
      return [...map].map(([key, value]) => ({ key: toHex(key), value: toHex(value) }));
  }
}

/** A queue or stack can only be read by taking from it; the run is over, so nobody misses it. */
function drainQueue(map: BpfMap): MapContents {
  const entries: { key: string; value: string }[] = [];
  for (let value = map.pop(); value !== undefined; value = map.pop()) {
    entries.push({ key: '', value: toHex(value) });
  }
  return entries;
}
