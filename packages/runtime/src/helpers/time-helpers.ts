import type { HelperFunction } from './bound-helper.ts';

/** Nanoseconds per jiffy at HZ = 250, what Debian and Ubuntu build with. */
const JIFFY = 4_000_000;

/** Every clock of the kernel is the one clock that the interpreter was given. */
const now: HelperFunction = (machine) => machine.environment.clock();

const jiffies: HelperFunction = (machine) => Math.floor(machine.environment.clock() / JIFFY);

export const timeHelpers: Readonly<Record<string, HelperFunction>> = {
  ktime_get_ns: now,
  ktime_get_boot_ns: now,
  ktime_get_coarse_ns: now,
  ktime_get_tai_ns: now,
  jiffies64: jiffies,
};
