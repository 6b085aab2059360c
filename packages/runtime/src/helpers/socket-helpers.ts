import type { HelperFunction } from './bound-helper.ts';

/** The socket of a test run is a full one, and neither TCP nor listening. */
const same: HelperFunction = (machine) => {
  machine.setResultWords(machine.lo[1], machine.hi[1]);
  return null;
};

const none: HelperFunction = (machine) => {
  machine.setResultWords(0, 0);
  return null;
};

export const socketHelpers: Readonly<Record<string, HelperFunction>> = {
  sk_fullsock: same,
  tcp_sock: none,
  get_listener_sock: none,
};
