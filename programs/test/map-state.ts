import { type BpfMap, formatHex, type LoadedObject } from '@anybpf/runtime';

/** Contents of every map as text, the same for every backend that ran the same packets. */
export type MapState = Record<string, readonly string[]>;

/** Bytes at the start of a ring buffer record that hold a time and are left out. */
const TIMESTAMP_BYTES = 8;

/**
 * Per-CPU maps are summed over CPUs, word by word: which CPU counts is chance. References (programs)
 * are compared by key alone, since their ids belong to the machine. Ring buffers are drained.
 */
export function mapState(loaded: LoadedObject): MapState {
  return Object.fromEntries([...loaded.maps].map(([name, map]) => [name, entriesOf(map)]));
}

function entriesOf(map: BpfMap): string[] {
  switch (map.spec.type) {
    case 'ringbuf':
      return map.drain().map((record) => formatHex(record.subarray(TIMESTAMP_BYTES)));
    case 'prog_array':
      return [...map.keys()].map((key) => formatHex(key)).sort();
    default:
      return [...map].map(([key, value]) => `${formatHex(key)}: ${valueText(map, value)}`).sort();
  }
}

function valueText(map: BpfMap, value: Uint8Array): string {
  return map.spec.type.startsWith('percpu') ? sumOverCpus(map, value).join(' ') : formatHex(value);
}

/** Each 64-bit word of a per-CPU value, summed over the CPUs. */
export function sumOverCpus(map: BpfMap, value: Uint8Array): bigint[] {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const words = Math.ceil(map.spec.valueSize / 8);
  return Array.from({ length: words }, (_, word) => {
    let sum = 0n;
    for (let cpu = 0; cpu < map.cpus; cpu++)
      sum += view.getBigUint64((cpu * words + word) * 8, true);
    return sum;
  });
}
