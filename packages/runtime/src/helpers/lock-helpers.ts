import type { HelperFunction } from './bound-helper.ts';

/** One program runs at a time, so a lock only has to be taken and given back in turn. */
const lock: HelperFunction = (machine) => {
  if (machine.lock.held) {
    throw machine.fault('unpaired', { what: 'takes a spin lock while it holds one' });
  }
  machine.lock.take(machine.lo[1], machine.hi[1]);
  return 0;
};

const unlock: HelperFunction = (machine) => {
  if (!machine.lock.release(machine.lo[1], machine.hi[1])) {
    throw machine.fault('unpaired', { what: 'gives back a spin lock that it does not hold' });
  }
  return 0;
};

export const lockHelpers: Readonly<Record<string, HelperFunction>> = {
  spin_lock: lock,
  spin_unlock: unlock,
};
