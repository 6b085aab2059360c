import type { LineInfo } from '@anybpf/bytecode';

/**
 * Bytes that the verifier writes to. Linux 6.4 and newer keep the end of a longer log, older ones
 * its beginning, and take no buffer that is much larger.
 */
export const LOG_BUFFER_SIZE: number = (16 << 20) - 1;
/** Bytes of a log that are kept: its end, which holds the verdict. */
const KEPT_SIZE = 1 << 20;

/** What the log ends with: counts of the verifier. A verdict may lack the end of line before it. */
const STATISTICS = /processed \d+ insns \(limit .*$|^verification time .*$|^stack depth .*$/gm;
const INSTRUCTION = /^(\d+): \([0-9a-f]{2}\) /;
/** How verdicts name an instruction that no line of the log shows. */
const NAMED_INSTRUCTION = /\binsn (\d+)\b/;

/** The verifier never looked at the program: what is wrong lies in the BTF or the load request. */
export function neverStarted(log: string): boolean {
  return log === '' || /processed 0 insns/.test(log);
}

/** @param buffer as the kernel left it: text, then zeros @returns whole lines from its end */
export function readLog(buffer: Uint8Array): string {
  const found = buffer.indexOf(0);
  const end = found < 0 ? buffer.length : found;
  let start = Math.max(0, end - KEPT_SIZE);
  if (start > 0) start = buffer.indexOf(0x0a, start) + 1;
  const log = new TextDecoder().decode(buffer.subarray(start, end));
  if (end < buffer.length - 1 || /processed \d+ insns/.test(log)) return log;
  return `${log}\nthe log is longer than ${buffer.length} bytes, and this kernel drops its end`;
}

/** Lines of the verdict at most. */
const MAX_VERDICT = 3;

/**
 * The lines that say why: source line and instruction that the verifier stood at, then its verdict.
 *
 * @param log as the kernel wrote it
 * @param sources line table of the program, for a log that quotes no source
 */
export function summarizeLog(log: string, sources: readonly LineInfo[]): string[] {
  const lines = log
    .replaceAll(STATISTICS, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const instruction = lines.findLastIndex((line) => INSTRUCTION.test(line));
  const verdict = lines.slice(instruction + 1).filter((line) => !line.startsWith('; '));
  const quoted = lines.findLast((line) => line.startsWith('; '));
  const source = quoted ?? sourceOf(lines[instruction], verdict, sources);
  return [
    ...(source === undefined ? [] : [source]),
    ...lines.slice(instruction, instruction + 1),
    ...verdict.slice(-MAX_VERDICT),
  ];
}

/** The source line in the form of the kernel, "; text @ file:line". */
function sourceOf(
  instruction: string | undefined,
  verdict: readonly string[],
  sources: readonly LineInfo[],
): string | undefined {
  const named = verdict.findLast((line) => NAMED_INSTRUCTION.test(line));
  const number =
    INSTRUCTION.exec(instruction ?? '')?.[1] ?? NAMED_INSTRUCTION.exec(named ?? '')?.[1];
  if (number === undefined) return undefined;
  const line = sources.findLast(({ slot }) => slot <= Number(number));
  return line === undefined ? undefined : `; ${line.text.trim()} @ ${line.file}:${line.line}`;
}
