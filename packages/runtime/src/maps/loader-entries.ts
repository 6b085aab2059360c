import { linux, type MapSpec } from '@anybpf/bytecode';

/** What a loader knows of the machine that it creates maps on. */
export interface LoaderMachine {
  /** Possible CPUs. */
  readonly cpus: number;
  /** Bytes. */
  readonly pageSize: number;
}

/**
 * The `max_entries` to create a map with: sizes that objects leave to the loader, as libbpf fills them
 * in. A perf event array of 0 entries gets one per CPU; a ring buffer is rounded up to a power of two of
 * pages (libbpf's bpf_object__create_map and adjust_ringbuf_sz).
 */
export function loaderEntries(spec: MapSpec, { cpus, pageSize }: LoaderMachine): number {
  const row = linux.mapTypeByName(spec.type);
  if (row?.values === 'perf-event' && spec.maxEntries === 0) return cpus;
  if (row?.maxEntries !== 'power-of-2-pages') return spec.maxEntries;
  const pages = Math.ceil(spec.maxEntries / pageSize);
  if (pages === 0 || spec.maxEntries > 2 ** 31) return spec.maxEntries;
  return 2 ** Math.ceil(Math.log2(pages)) * pageSize;
}
