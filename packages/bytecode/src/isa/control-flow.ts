import type { Diagnostic } from './diagnostic.ts';
import type { InstructionStream } from './instruction.ts';
import { endsPath, entersFunction, targetSlotOf } from './target.ts';

/**
 * Where jumps and calls go, and what is reached (check_subprogs and check_cfg of
 * kernel/bpf/verifier.c). Linear in the slots but for sorting the functions.
 *
 * @param unrelocated leave calls and function addresses out, their targets are not known yet
 */
export function controlFlowDiagnostics(
  stream: InstructionStream,
  unrelocated: boolean,
): readonly Diagnostic[] {
  if (stream.indexOfSlot.length === 0) return [];
  const targets = targetDiagnostics(stream, unrelocated);
  // What runs where no instruction is has no function and no reach worth telling.
  if (targets.length > 0 || unrelocated) return targets;
  return [...functionDiagnostics(stream), ...unreachableDiagnostics(stream)];
}

function targetDiagnostics(stream: InstructionStream, unrelocated: boolean): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const count = stream.indexOfSlot.length;
  stream.instructions.forEach((instruction, index) => {
    const slot = stream.slots[index] ?? 0;
    const target = targetSlotOf(instruction, slot);
    if (target === null || (unrelocated && entersFunction(instruction))) return;
    const what = entersFunction(instruction) ? 'function' : 'jump';
    if (target < 0 || target >= count) {
      const reason = `${what} target, slot ${target}, is outside the program's ${count} slots`;
      diagnostics.push({ slot, reason, rule: 'target-outside', authority: 'rfc9669' });
    } else if (stream.indexOfSlot[target] === -1) {
      const reason = `${what} target, slot ${target}, is the second slot of lddw`;
      diagnostics.push({ slot, reason, rule: 'target-inside-lddw', authority: 'rfc9669' });
    }
  });
  const last = stream.instructions.at(-1);
  if (last !== undefined && !endsPath(last)) {
    const slot = stream.slots.at(-1) ?? 0;
    const reason = 'the last instruction is neither exit nor a jump';
    diagnostics.push({ slot, reason, rule: 'falls-off-end', authority: 'rfc9669' });
  }
  return diagnostics;
}

/** Linux: a function is the stretch from one entry to the next; control stays inside. */
function functionDiagnostics(stream: InstructionStream): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const entries = functionEntries(stream);
  let current = 0;
  stream.instructions.forEach((instruction, index) => {
    const slot = stream.slots[index] ?? 0;
    while (slot >= (entries[current + 1] ?? Number.POSITIVE_INFINITY)) current++;
    const start = entries[current] ?? 0;
    const end = entries[current + 1] ?? stream.indexOfSlot.length;
    const target = targetSlotOf(instruction, slot);
    if (target !== null && !entersFunction(instruction) && (target < start || target >= end)) {
      const reason = `jump to slot ${target} leaves its function, slots ${start} to ${end - 1}`;
      diagnostics.push({ slot, reason, rule: 'leaves-function', authority: 'linux' });
    }
    const next = stream.slots[index + 1] ?? stream.indexOfSlot.length;
    if (next === end && end < stream.indexOfSlot.length && !endsPath(instruction)) {
      const reason = `the last instruction of the function at slot ${start} is neither exit nor a jump`;
      diagnostics.push({ slot, reason, rule: 'falls-off-end', authority: 'linux' });
    }
  });
  return diagnostics;
}

/** Slots where functions begin, ascending; the program itself is the first. */
function functionEntries(stream: InstructionStream): readonly number[] {
  const entries = new Set([0]);
  stream.instructions.forEach((instruction, index) => {
    const target = targetSlotOf(instruction, stream.slots[index] ?? 0);
    if (target !== null && entersFunction(instruction)) entries.add(target);
  });
  return [...entries].sort((a, b) => a - b);
}

function unreachableDiagnostics(stream: InstructionStream): Diagnostic[] {
  const reached = reachedInstructions(stream);
  const diagnostics: Diagnostic[] = [];
  for (let index = 0; index < reached.length; index++) {
    if (reached[index] === 1) continue;
    const first = stream.slots[index] ?? 0;
    while (index + 1 < reached.length && reached[index + 1] === 0) index++;
    const last = stream.slots[index] ?? 0;
    const reason = first === last ? 'unreachable' : `slots ${first} to ${last} are unreachable`;
    diagnostics.push({ slot: first, reason, rule: 'unreachable', authority: 'linux' });
  }
  return diagnostics;
}

/** 1 for each instruction on some path from slot 0, whatever the conditions say. */
function reachedInstructions(stream: InstructionStream): Uint8Array {
  const reached = new Uint8Array(stream.instructions.length);
  const pending: number[] = [];
  const visit = (index: number | undefined): void => {
    if (index !== undefined && reached[index] === 0) {
      reached[index] = 1;
      pending.push(index);
    }
  };
  visit(0);
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const instruction = stream.instructions[index];
    if (instruction === undefined) continue;
    const target = targetSlotOf(instruction, stream.slots[index] ?? 0);
    if (target !== null) visit(stream.indexOfSlot[target]);
    if (!endsPath(instruction)) visit(index + 1);
  }
  return reached;
}
