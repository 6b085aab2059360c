export { type AssembleOptions, assemble } from './assemble.ts';
export {
  type DisassembleOptions,
  disassemble,
  type FormatOptions,
  formatInstruction,
  type SourceLocation,
} from './disassemble.ts';
export type { Syntax } from './syntax.ts';
