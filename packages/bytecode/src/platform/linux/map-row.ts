import { deepFreeze } from '../freeze.ts';
import type { MapTypeRow, SizeRule } from '../platform.ts';
import type { MapFlagName } from './map-flags.ts';
import type { MapTypeName } from './map-types.ts';

/** kmalloc's limit, 4 MiB with 4 KiB pages (KMALLOC_MAX_SIZE on x86-64). */
const KMALLOC_MAX = 1 << 22;
/** PCPU_MIN_UNIT_SIZE: limit of one per-CPU value. */
const PER_CPU_MAX = 1 << 15;

function sizes(...oneOf: number[]): SizeRule {
  return deepFreeze({
    oneOf,
    minimum: Math.min(...oneOf),
    maximum: Math.max(...oneOf),
    multipleOf: 1,
  });
}

function range(minimum: number, maximum: number, multipleOf = 1): SizeRule {
  return Object.freeze({ oneOf: null, minimum, maximum, multipleOf });
}

/** Key or value rules that several types share. */
export const none: SizeRule = sizes(0);
export const four: SizeRule = sizes(4);
export const fourOrEight: SizeRule = sizes(4, 8);
export const eightOrSixteen: SizeRule = sizes(8, 16);
/** Hash types count key, value and header together against kmalloc's limit. */
export const anySize: SizeRule = range(1, KMALLOC_MAX);
/** array: only the sum of all values is limited, by memory. */
export const arrayValue: SizeRule = range(1, 0x7fffffff);
export const perCpuValue: SizeRule = range(1, PER_CPU_MAX);
/** LPM_KEY_SIZE_MIN..MAX: a 4-byte prefix length and 1 to 256 bytes. */
export const lpmKey: SizeRule = range(5, 260);
/** MAX_BPF_STACK: sockhash keys are copied to the stack. */
export const stackSize: SizeRule = range(1, 512);
/** Whole u64 instruction pointers, at most kernel.perf_event_max_stack (127) of them. */
export const stackTraceValue: SizeRule = range(8, 127 * 8, 8);
/** BPF_LOCAL_STORAGE_MAX_VALUE_SIZE as a 6.18 kernel enforces it. */
export const localStorageValue: SizeRule = range(1, 65_407);

/** What a row says beyond number, name, release and the two size rules. */
export interface MapTraits {
  readonly values?: MapTypeRow['values'];
  readonly flags?: readonly MapFlagName[];
  readonly requiredFlags?: readonly MapFlagName[];
  readonly maxEntries?: MapTypeRow['maxEntries'];
  readonly helpers?: readonly string[];
  readonly perCpu?: true;
  readonly indexed?: true;
  readonly needsInnerMap?: true;
  readonly needsBtf?: true;
  readonly programReadonly?: true;
}

/** One row of the map type table; traits that are left out are the common case. */
export function mapType(
  number: number,
  name: MapTypeName,
  since: string,
  key: SizeRule,
  value: SizeRule,
  traits: MapTraits = {},
): MapTypeRow<MapTypeName> {
  return deepFreeze({
    number,
    name,
    since,
    key,
    value,
    keyless: key.maximum === 0,
    perCpu: traits.perCpu ?? false,
    indexed: traits.indexed ?? false,
    values: traits.values ?? 'bytes',
    needsInnerMap: traits.needsInnerMap ?? false,
    maxEntries: traits.maxEntries ?? 'any',
    flags: traits.flags ?? [],
    requiredFlags: traits.requiredFlags ?? [],
    needsBtf: traits.needsBtf ?? false,
    helpers: traits.helpers ?? null,
    programReadonly: traits.programReadonly ?? false,
  });
}
