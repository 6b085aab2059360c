import { errno } from '@anybpf/bytecode';
import type { HelperFunction } from './bound-helper.ts';
import { mapOf } from './map-argument.ts';
import { unsigned32, unsigned64 } from './words.ts';

const XDP_ABORTED = 0;
const XDP_REDIRECT = 4;
const TC_ACT_SHOT = 2;
const TC_ACT_REDIRECT = 7;

const BPF_F_INGRESS = 1;
/** Low bits of bpf_redirect_map's flags: what it returns for a key without a target. */
const ACTION_MASK = 3;
const BPF_F_BROADCAST = 8;
const BPF_F_EXCLUDE_INGRESS = 16;

/** struct bpf_redir_neigh. */
const NEIGHBOUR_SIZE = 20;

/** The loopback device, the only one there is. */
const LOOPBACK = 1;

const redirect: HelperFunction = (machine) => {
  const flags = unsigned64(machine, 2);
  if (machine.executable.type === 'xdp') return flags === 0 ? XDP_REDIRECT : XDP_ABORTED;
  return flags > BPF_F_INGRESS ? TC_ACT_SHOT : TC_ACT_REDIRECT;
};

const redirectPeer: HelperFunction = (machine) =>
  unsigned64(machine, 2) === 0 ? TC_ACT_REDIRECT : TC_ACT_SHOT;

const redirectNeighbour: HelperFunction = (machine) => {
  const size = machine.args.sizes[2] as number;
  const refused = (size > 0 && size < NEIGHBOUR_SIZE) || unsigned64(machine, 4) !== 0;
  return refused ? TC_ACT_SHOT : TC_ACT_REDIRECT;
};

/** The clone goes nowhere. */
const cloneRedirect: HelperFunction = (machine) => {
  if (unsigned64(machine, 3) > BPF_F_INGRESS) return -errno.EINVAL;
  return unsigned32(machine, 2) === LOOPBACK ? 0 : -errno.EINVAL;
};

const redirectMap: HelperFunction = (machine) => {
  const map = mapOf(machine);
  if (map.kind !== 'redirect') return XDP_ABORTED;
  const flags = unsigned64(machine, 3);
  const { type } = map.spec;
  const broadcasts = type === 'devmap' || type === 'devmap_hash';
  const known = broadcasts ? ACTION_MASK | BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : ACTION_MASK;
  if (flags > known || (flags & ~known) !== 0) return XDP_ABORTED;
  if (broadcasts && (flags & BPF_F_BROADCAST) !== 0) return XDP_REDIRECT;
  return map.target(unsigned32(machine, 2)) < 0 ? flags & ACTION_MASK : XDP_REDIRECT;
};

/** The verdict is all there is of a redirection: nothing is sent. */
export const redirectHelpers: Readonly<Record<string, HelperFunction>> = {
  redirect,
  redirect_peer: redirectPeer,
  redirect_neigh: redirectNeighbour,
  clone_redirect: cloneRedirect,
  redirect_map: redirectMap,
};
