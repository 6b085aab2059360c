export { conformanceGroupOf, conformanceGroupsOf, isaVersionOf } from './conformance.ts';
export { type DecodeOptions, decode } from './decode.ts';
export type { Authority, Diagnostic, Rule } from './diagnostic.ts';
export { encode, slotsOf } from './encode.ts';
export {
  type ConformanceGroup,
  classOf,
  type InstructionClass,
  type IsaVersion,
  type Opcode,
} from './opcode.ts';
export { OPCODES, opcodeOf } from './opcodes.ts';
export { targetSlotOf } from './target.ts';
export { type ValidateOptions, validate } from './validate.ts';
