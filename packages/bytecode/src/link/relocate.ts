import type { RelocationSpec } from '../object/spec.ts';
import type { LinkContext } from './link-context.ts';
import type { SlotWriter } from './slot-writer.ts';

/** Values of `src` in lddw (RFC 9669 section 5.4). */
const SRC_CONSTANT = 0;
const SRC_MAP_INDEX = 5;
const SRC_MAP_VALUE_INDEX = 6;

/** No helper has this number: libbpf's mark for a call of a weak function that is not there. */
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
      const value = target.kind === 'map-value';
      writer.setSrc(slot, value ? SRC_MAP_VALUE_INDEX : SRC_MAP_INDEX);
      writer.setImm(slot, index);
      return writer.setNextImm(slot, value ? target.offset : 0) ? null : LDDW_TRUNCATED;
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
 * Nothing of a kernel is known here: only helpers can be found by name. As in libbpf, what is weak
 * may be missing: its address is 0, and a call of it must never be reached.
 */
function relocateExtern(
  context: LinkContext,
  writer: SlotWriter,
  slot: number,
  { name, weak }: RelocationSpec['target'] & { kind: 'extern' },
): string | null {
  if (writer.isCall(slot)) {
    const helper = context.platform.helperByName(name.replace(/^bpf_/, ''));
    if (helper === undefined && !weak) {
      return `calls ${name}, which neither the object nor ${context.platform.name} defines`;
    }
    writer.setSrc(slot, 0);
    writer.setImm(slot, helper?.number ?? POISON_CALL);
    return null;
  }
  if (context.kconfigNames.has(name)) {
    return `needs ${name} of the target's kernel configuration, which is not given`;
  }
  if (!weak) return `needs the address of ${name}, which the object does not define`;
  writer.setSrc(slot, SRC_CONSTANT);
  writer.setImm(slot, 0);
  return writer.setNextImm(slot, 0) ? null : LDDW_TRUNCATED;
}
