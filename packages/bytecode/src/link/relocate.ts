import { KCONFIG_MAP } from '../object/kconfig-map.ts';
import type { RelocationSpec } from '../object/spec.ts';
import type { ExternValue } from './extern-table.ts';
import type { LinkContext } from './link-context.ts';
import type { SlotWriter } from './slot-writer.ts';

/** Values of `src` in lddw (RFC 9669 section 5.4). */
const SRC_CONSTANT = 0;
const SRC_BTF_ID = 3;
const SRC_MAP_INDEX = 5;
const SRC_MAP_VALUE_INDEX = 6;

/** Value of `src` in a call of a kernel function (BPF_PSEUDO_KFUNC_CALL). */
const PSEUDO_KFUNC_CALL = 2;

/**
 * libbpf's mark for a call of a weak function that is not there, to which it adds the place of the
 * function among the externs: no helper has such a number.
 */
const POISON_CALL = 2002000000;

const LDDW_TRUNCATED = 'lddw lacks its second slot';

/**
 * Resolves a reference that is not to a function of the object.
 *
 * @param slot of the instruction in the stream that `writer` changes
 * @returns why it cannot be resolved; null when it is
 */
export function relocate(
  context: LinkContext,
  writer: SlotWriter,
  slot: number,
  { target }: RelocationSpec,
): string | null {
  switch (target.kind) {
    case 'map':
    case 'map-value': {
      const index = context.mapIndices.get(target.map);
      if (index === undefined) return `there is no map ${target.map}`;
      return target.kind === 'map-value'
        ? writeAddress(writer, slot, SRC_MAP_VALUE_INDEX, index, target.offset)
        : writeAddress(writer, slot, SRC_MAP_INDEX, index, 0);
    }
    case 'extern':
      return relocateExtern(context, writer, slot, target);
    case 'function':
      return null;
    case 'unsupported':
      return `relocation of type ${target.type} against ${target.symbol || 'an unnamed symbol'} has no meaning here`;
  }
}

/**
 * As in libbpf, what is weak may be missing: its address is 0, and a call of it must never be reached.
 * Helpers may be called by name.
 */
function relocateExtern(
  context: LinkContext,
  writer: SlotWriter,
  slot: number,
  { name }: RelocationSpec['target'] & { kind: 'extern' },
): string | null {
  const value = context.externs.resolve(name);
  if (value.kind === 'fault') return value.reason;
  return writer.isCall(slot)
    ? callExtern(context, writer, slot, name, value)
    : addressExtern(context, writer, slot, name, value);
}

function callExtern(
  { platform, externs }: LinkContext,
  writer: SlotWriter,
  slot: number,
  name: string,
  value: ExternValue,
): string | null {
  if (value.kind === 'btf') {
    writer.setSrc(slot, PSEUDO_KFUNC_CALL);
    writer.setImm(slot, value.id);
    return null;
  }
  const helper = platform.helperByName(name.replace(/^bpf_/, ''));
  if (helper === undefined && value.kind !== 'absent') {
    return `calls ${name}, which neither the object nor ${platform.name} defines`;
  }
  writer.setSrc(slot, 0);
  writer.setImm(slot, helper?.number ?? POISON_CALL + externs.indexOf(name));
  return null;
}

function addressExtern(
  context: LinkContext,
  writer: SlotWriter,
  slot: number,
  name: string,
  value: ExternValue,
): string | null {
  switch (value.kind) {
    case 'kconfig': {
      const index = context.mapIndices.get(KCONFIG_MAP);
      if (index === undefined) return `there is no map ${KCONFIG_MAP}`;
      return writeAddress(writer, slot, SRC_MAP_VALUE_INDEX, index, value.offset);
    }
    case 'btf':
      return writeAddress(writer, slot, SRC_BTF_ID, value.id, 0);
    case 'address': {
      const [low, high] = [value.address, value.address >> 32n].map((half) =>
        Number(BigInt.asIntN(32, half)),
      );
      return writeAddress(writer, slot, SRC_CONSTANT, low ?? 0, high ?? 0);
    }
    case 'absent':
      return writeAddress(writer, slot, SRC_CONSTANT, 0, 0);
    default:
      return `needs the address of ${name}, which the object does not define`;
  }
}

function writeAddress(
  writer: SlotWriter,
  slot: number,
  src: number,
  imm: number,
  nextImm: number,
): string | null {
  writer.setSrc(slot, src);
  writer.setImm(slot, imm);
  return writer.setNextImm(slot, nextImm) ? null : LDDW_TRUNCATED;
}
