import { constants } from 'node:os';

/** errno numbers of this machine, by name. */
export const ERRNO: typeof constants.errno = constants.errno;

/** A kernel-internal number that slips out of bpf(2); libc has no name for it. */
export const ENOTSUPP = 524;

const NAMES: ReadonlyMap<number, string> = errnoNames();

function errnoNames(): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, number] of Object.entries(ERRNO)) {
    if (!names.has(number)) names.set(number, name);
  }
  // Where one number has two names: the one that the kernel's sources use.
  names.set(ERRNO.EAGAIN, 'EAGAIN');
  names.set(ERRNO.EOPNOTSUPP, 'EOPNOTSUPP');
  names.set(ENOTSUPP, 'ENOTSUPP');
  return names;
}

/** @param errno an errno number, positive or negated as libbpf returns it */
export function errnoName(errno: number): string {
  const number = Math.abs(errno);
  return NAMES.get(number) ?? `errno ${number}`;
}
