import { type Request, UsageError } from './command.ts';

/** `--syntax`, as the assembler and the disassembler take it. @throws UsageError */
export function syntaxOption(request: Request, usage: string): { syntax?: 'llvm' | 'ubpf' } {
  const syntax = request.text('syntax');
  if (syntax === undefined) return {};
  if (syntax === 'llvm' || syntax === 'ubpf') return { syntax };
  throw new UsageError(`--syntax takes llvm or ubpf, not "${syntax}"`, usage);
}
