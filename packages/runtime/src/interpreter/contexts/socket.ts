import { linux } from '@anybpf/bytecode';
import type { Machine } from '../machine.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
/** The state of a socket that is connected to nothing. */
const TCP_CLOSE = 7;

const FIELD = {
  family: offsetOf('family'),
  sourceIpv4: offsetOf('src_ip4'),
  sourceIpv6: offsetOf('src_ip6'),
  destinationIpv4: offsetOf('dst_ip4'),
  destinationIpv6: offsetOf('dst_ip6'),
  state: offsetOf('state'),
  queue: offsetOf('rx_queue_mapping'),
};

/**
 * struct bpf_sock behind `__sk_buff.sk` in a test run: unconnected, its family and addresses those of
 * the packet. It is filled in when a program asks for it.
 *
 * @param mac arena offset of the Ethernet header
 */
export function describeSocket(machine: Machine, mac: number): void {
  const { arena, packet } = machine;
  const { view, bytes, socketStart } = arena;
  bytes.fill(0, socketStart, socketStart + arena.socketSize);
  view.setInt32(socketStart + FIELD.state, TCP_CLOSE, true);
  view.setInt32(socketStart + FIELD.queue, -1, true);
  const network = mac + 14;
  const payload = packet.end - network;
  const ethertype = view.getUint16(mac + 12);
  if (ethertype === ETHERTYPE_IPV4 && payload >= 20) {
    view.setInt32(socketStart + FIELD.family, AF_INET, true);
    bytes.copyWithin(socketStart + FIELD.sourceIpv4, network + 12, network + 16);
    bytes.copyWithin(socketStart + FIELD.destinationIpv4, network + 16, network + 20);
  } else if (ethertype === ETHERTYPE_IPV6 && payload >= 40) {
    view.setInt32(socketStart + FIELD.family, AF_INET6, true);
    bytes.copyWithin(socketStart + FIELD.sourceIpv6, network + 8, network + 24);
    bytes.copyWithin(socketStart + FIELD.destinationIpv6, network + 24, network + 40);
  }
}

function offsetOf(name: string): number {
  return linux.objects.socket.fields.find((field) => field.name === name)?.offset ?? 0;
}
