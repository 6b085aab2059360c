import { readFileSync } from 'node:fs';
import type { MapSpec, MapTypeRow } from '@anybpf/bytecode';
import { MapOperationError } from '@anybpf/runtime';

/** Bookkeeping of one hash entry beside key and value (struct htab_elem), rounded up. */
const ENTRY_BYTES = 64;
/** BPF_F_NO_PREALLOC: entries are allocated when they are written. */
const NO_PREALLOC = 1;

/**
 * Refuses a map that would not fit into memory. The kernel charges and fills preallocated maps at once
 * and, where that fails, may kill a process to make room: this one, or another.
 *
 * @throws MapOperationError with ENOMEM
 */
export function refuseOversized(
  spec: MapSpec,
  row: MapTypeRow,
  maxEntries: number,
  cpus: number,
): void {
  if ((spec.flags & NO_PREALLOC) !== 0) return;
  const needed = preallocatedBytes(spec, row, maxEntries, cpus);
  const available = availableBytes();
  if (needed <= available) return;
  throw new MapOperationError(
    spec.name,
    'create',
    'ENOMEM',
    `${maxEntries} entries take about ${gib(needed)} GiB at once, and ${gib(available)} GiB are available`,
  );
}

/** Bytes that the kernel allocates when it creates the map. */
function preallocatedBytes(
  { keySize, valueSize }: MapSpec,
  row: MapTypeRow,
  maxEntries: number,
  cpus: number,
): number {
  if (row.maxEntries === 'power-of-2-pages') return maxEntries;
  const value = Math.ceil(valueSize / 8) * 8 * (row.perCpu ? cpus : 1);
  return maxEntries * (Math.ceil(keySize / 8) * 8 + value + ENTRY_BYTES);
}

/** MemAvailable of /proc/meminfo; without it, no bound. */
function availableBytes(): number {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return kib === undefined ? Number.POSITIVE_INFINITY : Number(kib) * 1024;
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
