/** The log's last line: counts of the verifier, no reason for anything. */
const STATISTICS = /^(processed \d+ insns|verification time |stack depth |mark_precise)/;
const INSTRUCTION = /^\d+: \([0-9a-f]{2}\) /;

/** The verifier never looked at the program: what is wrong lies in the BTF or the load request. */
export function neverStarted(log: string): boolean {
  return log === '' || /^processed 0 insns/m.test(log);
}

/**
 * The lines that say why: source line and instruction that the verifier stood at, then its verdict.
 *
 * @param log as the kernel wrote it
 */
export function summarizeLog(log: string): string[] {
  const lines = log.split('\n').filter((line) => line.trim() !== '' && !STATISTICS.test(line));
  const verdict = lines.at(-1);
  if (verdict === undefined) return [];
  const before = lines.slice(0, -1);
  const source = before.findLast((line) => line.startsWith('; '));
  const instruction = before.findLast((line) => INSTRUCTION.test(line));
  return [source, instruction, verdict].filter((line) => line !== undefined);
}
