import type { CoreFailure } from '../core/relocate-core.ts';
import { LinkError } from '../errors.ts';
import { decode } from '../isa/decode.ts';
import type { InstructionStream } from '../isa/instruction.ts';
import type { FunctionSpec, LineInfo } from '../object/spec.ts';
import { PSEUDO_CALL, PSEUDO_FUNCTION } from './function-references.ts';
import type { LinkContext } from './link-context.ts';
import type { LinkedFunction } from './linked-object.ts';
import { relocate } from './relocate.ts';
import { SlotWriter } from './slot-writer.ts';

const SLOT_SIZE = 8;

export interface LinkedCode {
  readonly code: InstructionStream;
  readonly functions: readonly LinkedFunction[];
  readonly lines: readonly LineInfo[];
  readonly unresolvedCoreRelocations: number;
  readonly coreFailures: readonly CoreFailure[];
}

/**
 * Lays out a function and all that it reaches one after another, and resolves their references.
 *
 * @throws LinkError, InvalidInstructionError
 */
export function linkFunction(context: LinkContext, entry: FunctionSpec): LinkedCode {
  const parts = context.graph.reach(entry);
  const starts = new Map<FunctionSpec, number>();
  let slots = 0;
  for (const part of parts) {
    starts.set(part, slots);
    slots += part.bytes.length / SLOT_SIZE;
  }
  context.takeSlots(entry.name, slots);

  const bytes = new Uint8Array(slots * SLOT_SIZE);
  const writer = new SlotWriter(bytes, context.spec.endianness);
  for (const part of parts) {
    const start = starts.get(part) ?? 0;
    const core = context.coreRelocated(part);
    if (core?.fault) throw errorIn(entry, part, core.fault.reason, core.fault.slot);
    bytes.set(core?.bytes ?? part.bytes, start * SLOT_SIZE);
    resolveFunctions(context, writer, entry, part, starts);
    for (const relocation of part.relocations) {
      if (relocation.target.kind === 'function') continue;
      const reason = relocate(context, writer, start + relocation.slot, relocation);
      if (reason !== null) throw errorIn(entry, part, reason, relocation.slot);
    }
  }
  return {
    code: decode(bytes, { endianness: context.spec.endianness, program: entry.name }),
    functions: parts.map((part) => ({
      name: part.name,
      slot: starts.get(part) ?? 0,
      length: part.bytes.length / SLOT_SIZE,
      btfId: part.btfId,
    })),
    lines: linesOf(parts, starts),
    unresolvedCoreRelocations: parts.reduce(
      (count, part) => count + context.unresolvedCoreRelocationsOf(part),
      0,
    ),
    coreFailures: parts.flatMap((part) => {
      const start = starts.get(part) ?? 0;
      const failures = context.coreRelocated(part)?.failures ?? [];
      return failures.map((failure) => ({ ...failure, slot: failure.slot + start }));
    }),
  };
}

function resolveFunctions(
  { graph }: LinkContext,
  writer: SlotWriter,
  entry: FunctionSpec,
  part: FunctionSpec,
  starts: ReadonlyMap<FunctionSpec, number>,
): void {
  for (const { slot, kind, section, sectionOffset, target } of graph.references(part)) {
    const targetStart = target === undefined ? undefined : starts.get(target);
    if (targetStart === undefined) {
      const verb = kind === 'call' ? 'calls' : 'takes the address of';
      const reason = `${verb} byte ${sectionOffset} of ${section}, where no function begins`;
      throw errorIn(entry, part, reason, slot);
    }
    const at = (starts.get(part) ?? 0) + slot;
    writer.setSrc(at, kind === 'call' ? PSEUDO_CALL : PSEUDO_FUNCTION);
    writer.setImm(at, targetStart - at - 1);
    if (kind === 'address' && !writer.setNextImm(at, 0)) {
      throw errorIn(entry, part, 'lddw lacks its second slot', slot);
    }
  }
}

/** The slot counts from the start of the function, which is named where it is not the program. */
function errorIn(entry: FunctionSpec, part: FunctionSpec, reason: string, slot: number): LinkError {
  return new LinkError(part === entry ? reason : `in ${part.name}: ${reason}`, entry.name, slot);
}

function linesOf(
  parts: readonly FunctionSpec[],
  starts: ReadonlyMap<FunctionSpec, number>,
): readonly LineInfo[] {
  const [entry, ...called] = parts;
  if (entry === undefined || called.length === 0) return entry?.lines ?? [];
  return parts.flatMap((part) => {
    const start = starts.get(part) ?? 0;
    return part.lines.map((line) => ({ ...line, slot: line.slot + start }));
  });
}
