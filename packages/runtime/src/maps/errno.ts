/** Kernel errno values that map operations return (include/uapi/asm-generic/errno*.h). */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  /** Internal to the kernel, yet user space gets to see it (include/linux/errno.h). */
  ENOTSUPP: 524,
} as const;

export type ErrnoName = keyof typeof Errno;

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(Errno).map(([name, number]) => [number, name]),
);

/** Name of a negative result, e.g. `ENOENT` for -2. */
export function errnoName(result: number): string {
  return names.get(-result) ?? `errno ${-result}`;
}
