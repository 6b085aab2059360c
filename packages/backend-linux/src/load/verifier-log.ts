/** What the log ends with: counts of the verifier. A verdict may lack the end of line before it. */
const STATISTICS = /processed \d+ insns \(limit .*$|^verification time .*$|^stack depth .*$/gm;
const INSTRUCTION = /^\d+: \([0-9a-f]{2}\) /;

/** The verifier never looked at the program: what is wrong lies in the BTF or the load request. */
export function neverStarted(log: string): boolean {
  return log === '' || /processed 0 insns/.test(log);
}

/** Lines of the verdict at most. */
const MAX_VERDICT = 3;

/**
 * The lines that say why: source line and instruction that the verifier stood at, then its verdict.
 *
 * @param log as the kernel wrote it
 */
export function summarizeLog(log: string): string[] {
  const lines = log
    .replaceAll(STATISTICS, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const instruction = lines.findLastIndex((line) => INSTRUCTION.test(line));
  const verdict = lines.slice(instruction + 1).filter((line) => !line.startsWith('; '));
  const source = lines.findLast((line) => line.startsWith('; '));
  return [
    ...(source === undefined ? [] : [source]),
    ...lines.slice(instruction, instruction + 1),
    ...verdict.slice(-MAX_VERDICT),
  ];
}
