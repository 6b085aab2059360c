import { errno } from '@anybpf/bytecode';
import type { Route } from '../interpreter/environment.ts';
import type { HelperFunction } from './bound-helper.ts';
import { unsigned32, unsigned64 } from './words.ts';

/** Offsets in struct bpf_fib_lookup (include/uapi/linux/bpf.h). */
const FIB = {
  family: 0,
  ifindex: 8,
  source: 16,
  destination: 32,
  vlan: 48,
  sourceMac: 52,
  destinationMac: 58,
  size: 64,
} as const;

/** BPF_FIB_LOOKUP_*: direct, output, skip-neigh, tbid, src, mark. */
const KNOWN_FLAGS = 0x3f;
const RESULT_NOT_FORWARDED = 4;
const RESULT_FORWARDING_DISABLED = 5;

const AF_INET = 2;
const AF_INET6 = 10;

/** The loopback device and its MTU. */
const LOOPBACK = 1;
const LOOPBACK_MTU = 65_536;
const ETHERNET = 14;

const MTU_FRAGMENTATION_NEEDED = 1;
const MTU_SEGMENTS = 1;

/** Asks the interpreter's `routes`; without them there is one device, and it does not forward. */
const fibLookup: HelperFunction = (machine) => {
  const { args, environment } = machine;
  const bytes = args.bytes[2] as Uint8Array;
  const at = args.at[2] as number;
  if ((args.sizes[2] as number) < FIB.size) return -errno.EINVAL;
  const flags = unsigned32(machine, 4);
  if ((flags & ~KNOWN_FLAGS) !== 0) return -errno.EINVAL;
  const family = bytes[at + FIB.family];
  if (family !== AF_INET && family !== AF_INET6) return -errno.EAFNOSUPPORT;
  const length = family === AF_INET ? 4 : 16;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ifindex = view.getUint32(at + FIB.ifindex, true);
  if (environment.routes === null) {
    return ifindex === LOOPBACK ? RESULT_FORWARDING_DISABLED : -errno.ENODEV;
  }
  const route = environment.routes({
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    source: bytes.slice(at + FIB.source, at + FIB.source + length),
    destination: bytes.slice(at + FIB.destination, at + FIB.destination + length),
    ifindex,
  });
  if (route === null) return RESULT_NOT_FORWARDED;
  writeRoute(bytes, view, at, route);
  return 0;
};

function writeRoute(bytes: Uint8Array, view: DataView, at: number, route: Route): void {
  view.setUint32(at + FIB.ifindex, route.ifindex, true);
  view.setUint32(at + FIB.vlan, 0, true);
  bytes.set(route.sourceMac.subarray(0, 6), at + FIB.sourceMac);
  bytes.set(route.destinationMac.subarray(0, 6), at + FIB.destinationMac);
}

/** bpf_check_mtu on the loopback device, the only one there is. */
const checkMtu: HelperFunction = (machine) => {
  const { args, packet, lo } = machine;
  const bytes = args.bytes[3] as Uint8Array;
  const at = args.at[3] as number;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = unsigned64(machine, 5);
  if (flags > (machine.executable.type === 'xdp' ? 0 : MTU_SEGMENTS)) return -errno.EINVAL;
  // Segments are checked as they are, without a length of the program's own.
  if (flags === MTU_SEGMENTS && (lo[4] | view.getUint32(at, true)) !== 0) return -errno.EINVAL;
  const ifindex = unsigned32(machine, 2);
  if (ifindex !== 0 && ifindex !== LOOPBACK) return -errno.ENODEV;
  const given = view.getUint32(at, true);
  const length = (given === 0 ? packet.length : given + ETHERNET) + lo[4];
  view.setUint32(at, LOOPBACK_MTU, true);
  return length > LOOPBACK_MTU + ETHERNET ? MTU_FRAGMENTATION_NEEDED : 0;
};

export const routeHelpers: Readonly<Record<string, HelperFunction>> = {
  fib_lookup: fibLookup,
  check_mtu: checkMtu,
};
