import type { Machine } from '../interpreter/machine.ts';
import type { HelperFunction } from './bound-helper.ts';
import { skbOf } from './skb-argument.ts';
import { unsigned32 } from './words.ts';

/** FNV-1a (Fowler, Noll, Vo). */
const OFFSET_BASIS = 0x811c_9dc5;
const PRIME = 0x0100_0193;

/** Bytes of the packet that decide its hash: addresses and ports of an IPv4 packet without options. */
const FLOW_START = 12;
const FLOW_END = 24;

/**
 * The kernel hashes the flow with a secret of its boot, so no value is right: this one is the same
 * for packets of a flow, and never 0.
 */
const recalculate: HelperFunction = (machine) => {
  const skb = skbOf(machine);
  const known = skb.get(machine, 'hash');
  if (known !== 0) return known;
  const hash = flowHash(machine, skb.network);
  skb.set(machine, 'hash', hash);
  return hash;
};

function flowHash(machine: Machine, network: number): number {
  const { bytes } = machine.arena;
  const end = Math.min(machine.packet.end, network + FLOW_END);
  let hash = OFFSET_BASIS;
  for (let at = network + FLOW_START; at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), PRIME);
  }
  return hash >>> 0 || 1;
}

const invalidate: HelperFunction = (machine) => {
  skbOf(machine).set(machine, 'hash', 0);
  return 0;
};

const setHash: HelperFunction = (machine) => {
  skbOf(machine).set(machine, 'hash', unsigned32(machine, 2));
  return 0;
};

export const skbHashHelpers: Readonly<Record<string, HelperFunction>> = {
  get_hash_recalc: recalculate,
  set_hash_invalid: invalidate,
  set_hash: setHash,
};
