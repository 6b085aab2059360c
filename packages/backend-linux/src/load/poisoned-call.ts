import { type LinkedProgram, POISON_HELPER } from '@anybpf/bytecode';

const POISONED_CALL = new RegExp(`^(\\d+): \\(85\\) call unknown#${POISON_HELPER}$`, 'gm');

/**
 * What the verifier cannot know about the call of no helper that it stumbled over: which CO-RE
 * relocation stood there. Empty where the log ends with something else.
 */
export function explainPoisonedCall(program: LinkedProgram, log: string): readonly string[] {
  const slot = [...log.matchAll(POISONED_CALL)].at(-1)?.[1];
  if (slot === undefined) return [];
  // Of lddw both slots are poisoned; the verifier meets the first.
  const failure = program.coreFailures.find((candidate) => candidate.slot === Number(slot));
  if (failure === undefined) return [];
  const { path, kind, line, reason } = failure;
  const where = line === null ? '' : ` (${line.file}:${line.line})`;
  return [`CO-RE relocation failed, ${kind} of ${path}${where}: ${reason}`];
}
