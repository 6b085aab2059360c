import { ethernet, frame } from '@anybpf/runtime';

/**
 * A packet as a socket's filter sees it when the kernel runs it in a test: the kernel takes the first
 * Ethernet header away (BPF_PROG_TEST_RUN, eth_type_trans), so that the packet stands behind another
 * one. Its type is no protocol that the kernel would look into.
 */
export function behindEthernet(packet: Uint8Array): Uint8Array {
  return frame(ethernet(), packet);
}
