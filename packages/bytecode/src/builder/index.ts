export { ProgramBuilderError } from './errors.ts';
export {
  type MemoryOperand,
  mem,
  type RegisterName,
  r0,
  r1,
  r2,
  r3,
  r4,
  r5,
  r6,
  r7,
  r8,
  r9,
  r10,
  type Source,
} from './operands.ts';
export { type ProgramBuilder, type ProgramOptions, program } from './program-builder.ts';
