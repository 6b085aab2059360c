import type { MapSpec, MapTypeRow } from '@anybpf/bytecode';
import { MapOperationError } from '@anybpf/runtime';
import type { Descriptor } from '../descriptor.ts';
import { ENOTSUPP, ERRNO, errnoName } from '../errno.ts';
import type { Libbpf } from '../libbpf-functions.ts';

/** What every operation on one map needs: the descriptor, and sizes as the kernel counts them. */
export interface MapAccess {
  readonly libbpf: Libbpf;
  readonly descriptor: Descriptor;
  readonly spec: MapSpec;
  readonly row: MapTypeRow;
  /** As created: ring buffers may have grown to a power of two of pages. */
  readonly maxEntries: number;
  /** Slots per key: possible CPUs for per-CPU maps, else 1. */
  readonly cpus: number;
  readonly keySize: number;
  /** Bytes that the kernel reads or writes for one value: all slots, each rounded up to 8 bytes. */
  readonly valueSize: number;
}

/** Bytes of one value as user space sees it (kernel bpf_map_value_size). */
export function userValueSize(row: MapTypeRow, valueSize: number, cpus: number): number {
  return row.perCpu ? Math.ceil(valueSize / 8) * 8 * cpus : valueSize;
}

/** @param result negated errno */
export function mapError(access: MapAccess, operation: string, result: number): MapOperationError {
  const name = errnoName(result);
  return new MapOperationError(access.spec.name, operation, name, detail(access, -result));
}

function detail({ spec, maxEntries }: MapAccess, errno: number): string {
  switch (errno) {
    case ERRNO.E2BIG:
      return `the map is full, or the index is beyond its ${maxEntries} entries`;
    case ERRNO.EEXIST:
      return 'the key is there already';
    case ERRNO.ENOENT:
      return 'the key is not there';
    case ERRNO.EINVAL:
      return `a map of type ${spec.type} does not take this key, value or flag`;
    case ERRNO.EPERM:
      return 'the map is frozen or not writable from user space';
    case ERRNO.EBADF:
      return `values of a map of type ${spec.type} are file descriptors: use setReference`;
    case ERRNO.EBUSY:
      return 'the entry is in use';
    case ERRNO.ENOMEM:
      return 'the kernel has no memory for the entry';
    case ERRNO.EOPNOTSUPP:
    case ENOTSUPP:
      return `a map of type ${spec.type} does not have this operation`;
    default:
      return 'the kernel refuses';
  }
}
