import { mapFlags } from '@anybpf/bytecode';
import type { BaseStorage } from './map-storage.ts';

/** What an errno of a map operation means for this map, in words a user can act on. */
export function errnoDetail(storage: BaseStorage, operation: string, errno: string): string {
  const { type, maxEntries, flags } = storage.spec;
  switch (errno) {
    case 'E2BIG':
      return type.includes('array') || type === 'devmap' || type === 'xskmap' || type === 'cpumap'
        ? `the index must be below max_entries (${maxEntries})`
        : `it is full: max_entries is ${maxEntries}`;
    case 'ENOSPC':
      return `it is full: max_entries is ${maxEntries}`;
    case 'EEXIST':
      return type.includes('array') || type === 'devmap' || type === 'cpumap'
        ? 'BPF_NOEXIST never succeeds, every element of the map exists from the start'
        : 'the key is there already and the flag BPF_NOEXIST was given';
    case 'ENOENT':
      return 'the key is not there and the flag BPF_EXIST was given';
    case 'EPERM':
      if (storage.frozen) return 'the map is frozen: user space may only read it';
      return (flags & mapFlags.BPF_F_RDONLY) !== 0
        ? 'it was created with BPF_F_RDONLY: user space may only read it'
        : 'it was created with BPF_F_WRONLY: user space may only write it';
    case 'EBADF':
      return `values of ${type} are file descriptors to the kernel: use setReference`;
    case 'ENOMEM':
      return 'memory for another entry cannot be had';
    case 'ENODEV':
      return 'there is no CPU of that number';
    case 'EOVERFLOW':
      return 'the queue of a CPU holds at most 16384 frames';
    case 'ENOTSUPP':
    case 'EOPNOTSUPP':
      return `${type} has no such operation`;
    default:
      return operation === 'delete' && type.endsWith('array')
        ? 'elements of an array cannot be deleted'
        : `${type} does not take this key, value or flag, or has no such operation`;
  }
}
