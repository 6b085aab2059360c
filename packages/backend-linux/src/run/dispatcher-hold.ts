import { linux } from '@anybpf/bytecode';
import type { Descriptors } from '../descriptor.ts';
import type { Libbpf } from '../libbpf-functions.ts';
import { linkCreateOptions } from '../options.ts';
import { inPrivateNetwork } from './private-network.ts';

const XDP = 'xdp';
/** XDP in the stack, not in a driver: any interface has it. */
const XDP_FLAGS_SKB_MODE = 1 << 1;

/**
 * Keeps an XDP program in the kernel's XDP dispatcher until `open` is closed, by attaching it to the
 * `lo` of a network namespace that is made for it and that no packet ever enters.
 *
 * BPF_PROG_TEST_RUN with `repeat` above 1 adds the program to the dispatcher and removes it again
 * (bpf_prog_test_run_xdp in net/bpf/test_run.c). Each change waits for RCU, 20 to 50 ms in all; a
 * program that is in it already is only counted (bpf_dispatcher_change_prog in
 * kernel/bpf/dispatcher.c).
 *
 * @returns false where privileges or kernel do not allow it
 */
export function holdInDispatcher(libbpf: Libbpf, open: Descriptors, fd: number): boolean {
  const attachType = linux.attachTypes[XDP] ?? 0;
  const held = inPrivateNetwork(libbpf, (network) => {
    const options = linkCreateOptions(libbpf, XDP_FLAGS_SKB_MODE);
    const link = libbpf.linkCreate(fd, network.loopback, attachType, options);
    return link < 0 ? null : { link, network: network.fd };
  });
  if (held === null) return false;
  // Closed newest first: the link, then its namespace, which goes with its last reference.
  open.adopt(held.network, 'a private network namespace');
  open.adopt(held.link, 'the link of a program to its dispatcher');
  return true;
}
