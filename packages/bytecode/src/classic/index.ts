export { type ConvertOptions, convertClassic } from './convert/convert.ts';
export type { ClassicFlavour } from './convert/flavour.ts';
export { type ClassicCodecOptions, decodeClassic, encodeClassic } from './decode.ts';
export type { ClassicDiagnostic, ClassicRule } from './diagnostic.ts';
export { disassembleClassic } from './disassemble.ts';
export {
  ClassicFormatError,
  InvalidClassicProgramError,
  UnsupportedClassicError,
} from './errors.ts';
export type { ClassicInstruction, ClassicProgram } from './instruction.ts';
export { formatDdd, parseDd, parseDdd } from './text.ts';
export { validateClassic } from './validate.ts';
