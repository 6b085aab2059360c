import { errno } from '@anybpf/bytecode';
import type { Machine } from '../interpreter/machine.ts';
import type { HelperFunction } from './bound-helper.ts';
import * as checksum from './internet-checksum.ts';
import { unsigned32, unsigned64 } from './words.ts';

// Flags of bpf_l3_csum_replace and bpf_l4_csum_replace.
const FIELD_SIZE = 0x0f;
const PSEUDO_HEADER = 0x10;
const MARK_MANGLED_0 = 0x20;
const MARK_ENFORCE = 0x40;
const IPV6 = 0x80;
const L4_FLAGS = FIELD_SIZE | PSEUDO_HEADER | MARK_MANGLED_0 | MARK_ENFORCE | IPV6;

/** A UDP checksum of 0 means "none", so a sum of 0 is sent as this. */
const MANGLED_0 = 0xffff;

const MAX_OFFSET = 0xffff;

/** Result for a field that no size in the flags fits. */
const NO_FIELD = -1;

/** bpf_csum_diff; since Linux 6.13 of any length, and folded to 16 bits. */
const difference: HelperFunction = (machine) => {
  const { args } = machine;
  const fromSize = args.sizes[1] as number;
  const toSize = args.sizes[3] as number;
  const seed = unsigned32(machine, 5);
  const from = args.bytes[1] as Uint8Array;
  const fromAt = args.at[1] as number;
  if (toSize === 0) {
    const total = fromSize === 0 ? seed : ~checksum.sum(from, fromAt, fromSize, ~seed);
    return checksum.fold(total);
  }
  const to = checksum.sum(args.bytes[3] as Uint8Array, args.at[3] as number, toSize, seed);
  return checksum.fold(
    fromSize === 0 ? to : checksum.subtract(to, checksum.sum(from, fromAt, fromSize, 0)),
  );
};

/** Arena offset of the 16-bit checksum field at r2; -1 where there is none. */
function fieldAt(machine: Machine): number {
  const offset = unsigned32(machine, 2);
  const { packet } = machine;
  if (offset > MAX_OFFSET || offset % 2 !== 0 || offset + 2 > packet.length) return -1;
  return packet.data + offset;
}

/** The field after from (r3) became to (r4); NO_FIELD when the size in the flags is none. */
function replaced(machine: Machine, old: number, size: number): number {
  const { lo, hi } = machine;
  switch (size) {
    case 0:
      return (lo[3] | hi[3]) === 0 ? checksum.replaceByDifference(old, lo[4]) : NO_FIELD;
    case 2:
      return checksum.replace16(old, lo[3], lo[4]);
    case 4:
      return checksum.replace32(old, lo[3], lo[4]);
    default:
      return NO_FIELD;
  }
}

const replaceL3: HelperFunction = (machine) => {
  const flags = unsigned64(machine, 5);
  if (flags > FIELD_SIZE) return -errno.EINVAL;
  const at = fieldAt(machine);
  if (at < 0) return -errno.EFAULT;
  const { view } = machine.arena;
  const value = replaced(machine, view.getUint16(at, true), flags);
  if (value === NO_FIELD) return -errno.EINVAL;
  view.setUint16(at, value, true);
  return 0;
};

/** The pseudo-header flag only matters for hardware checksums, which a test run has none of. */
const replaceL4: HelperFunction = (machine) => {
  const flags = unsigned64(machine, 5);
  if (flags > 0xffff_ffff || (flags & ~L4_FLAGS) !== 0) return -errno.EINVAL;
  const at = fieldAt(machine);
  if (at < 0) return -errno.EFAULT;
  const { view } = machine.arena;
  const old = view.getUint16(at, true);
  const mangled = (flags & MARK_MANGLED_0) !== 0;
  if (mangled && (flags & MARK_ENFORCE) === 0 && old === 0) return 0;
  const value = replaced(machine, old, flags & FIELD_SIZE);
  if (value === NO_FIELD) return -errno.EINVAL;
  view.setUint16(at, mangled && value === 0 ? MANGLED_0 : value, true);
  return 0;
};

/** skb->csum is valid for CHECKSUM_COMPLETE alone; a test run has CHECKSUM_NONE. */
const update: HelperFunction = () => -errno.ENOTSUPP;

const LEVEL_QUERY = 0;
const LEVEL_INC = 1;
const LEVEL_DEC = 2;
const LEVEL_RESET = 3;

/** Without a verified checksum there is no level: a query says so, changes do nothing. */
const level: HelperFunction = (machine) => {
  switch (unsigned64(machine, 2)) {
    case LEVEL_QUERY:
      return -errno.EACCES;
    case LEVEL_INC:
    case LEVEL_DEC:
    case LEVEL_RESET:
      return 0;
    default:
      return -errno.EINVAL;
  }
};

export const checksumHelpers: Readonly<Record<string, HelperFunction>> = {
  csum_diff: difference,
  l3_csum_replace: replaceL3,
  l4_csum_replace: replaceL4,
  csum_update: update,
  csum_level: level,
};
