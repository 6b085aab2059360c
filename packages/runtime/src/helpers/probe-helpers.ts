import { errno } from '@anybpf/bytecode';
import type { Machine } from '../interpreter/machine.ts';
import { tryLocate } from '../interpreter/memory.ts';
import type { HelperFunction } from './bound-helper.ts';

/** dst, size, unsafe pointer: reads what the program may address, else EFAULT and zeroes. */
const probeRead: HelperFunction = (machine) => {
  const { args, lo, hi } = machine;
  const to = args.at[1] as number;
  const size = args.sizes[1] as number;
  const bytes = args.bytes[1] as Uint8Array;
  if (size === 0) return 0;
  const from = tryLocate(machine, hi[3], lo[3], size, 'reads');
  if (from < 0) {
    bytes.fill(0, to, to + size);
    return -errno.EFAULT;
  }
  const source = machine.bytes;
  for (let i = 0; i < size; i++) bytes[to + i] = source[from + i] as number;
  return 0;
};

/** The same up to a NUL, which is always written; the length with it. */
const probeReadString: HelperFunction = (machine) => {
  const { args } = machine;
  const to = args.at[1] as number;
  const size = args.sizes[1] as number;
  const bytes = args.bytes[1] as Uint8Array;
  for (let i = 0; i < size; i++) {
    const byte = i === size - 1 ? 0 : byteAt(machine, i);
    if (byte < 0) {
      bytes.fill(0, to, to + size);
      return -errno.EFAULT;
    }
    bytes[to + i] = byte;
    if (byte === 0) return i + 1;
  }
  return 0;
};

function byteAt(machine: Machine, index: number): number {
  const at = tryLocate(machine, machine.hi[3], (machine.lo[3] + index) | 0, 1, 'reads');
  return at < 0 ? -1 : (machine.bytes[at] as number);
}

/** There is no kernel or user memory but the program's own. */
export const probeHelpers: Readonly<Record<string, HelperFunction>> = {
  probe_read: probeRead,
  probe_read_kernel: probeRead,
  probe_read_user: probeRead,
  probe_read_str: probeReadString,
  probe_read_kernel_str: probeReadString,
  probe_read_user_str: probeReadString,
};
