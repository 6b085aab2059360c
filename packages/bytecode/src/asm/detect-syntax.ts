import type { Syntax } from './syntax.ts';
import { grammarOf } from './template.ts';

const FIRST_WORD = /^\s*(?:[A-Za-z_.$][\w.$]*:\s*)*([%*]?[A-Za-z_]\w*|\*)/;
const COMMENT = /^\s*(?:[#;]|\/\/|$)/;

/**
 * Tells the notation of a program by the first line that only one of the two can mean: a uBPF
 * mnemonic, LLVM's registers, `if` and `*(`. A text of words that both share (`exit`) is LLVM's.
 */
export function detectSyntax(lines: readonly string[]): Syntax {
  for (const line of lines) {
    if (COMMENT.test(line)) continue;
    const word = FIRST_WORD.exec(line)?.[1];
    if (word === undefined) continue;
    if (word.startsWith('*') || /^[rw]\d+$/.test(word)) return 'llvm';
    const inUbpf = grammarOf('ubpf').literals.has(word);
    const inLlvm = grammarOf('llvm').literals.has(word);
    if (inLlvm && !inUbpf) return 'llvm';
    if (inUbpf && !inLlvm) return word === 'lock' && !/\[/.test(line) ? 'llvm' : 'ubpf';
    if (word === 'lock' || !inUbpf) {
      if (/%[rw]\d/.test(line) || line.includes('[')) return 'ubpf';
      if (line.includes('=')) return 'llvm';
    }
    if (word === 'call' && /^\s*call\s+(?:%|local\b|helper\b|runtime\b)/.test(line)) return 'ubpf';
  }
  return 'llvm';
}
