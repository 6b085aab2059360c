// The data flow: errors, instructions, the object's boxes.

// Assembler and disassembler.
export {
  type AssembleOptions,
  assemble,
  type DisassembleOptions,
  disassemble,
  type FormatOptions,
  formatInstruction,
  type SourceLocation,
  type Syntax,
} from './asm/index.ts';
export {
  AnyBpfError,
  AssemblyError,
  InternalError,
  InvalidInstructionError,
  LinkError,
  ObjectFormatError,
} from './errors.ts';
// The instruction set.
export {
  type Authority,
  type ConformanceGroup,
  classOf,
  conformanceGroupOf,
  conformanceGroupsOf,
  type DecodeOptions,
  type Diagnostic,
  decode,
  encode,
  type InstructionClass,
  type IsaVersion,
  isaVersionOf,
  OPCODES,
  type Opcode,
  opcodeOf,
  type Rule,
  slotsOf,
  targetSlotOf,
  type ValidateOptions,
  validate,
} from './isa/index.ts';
export type {
  AccessSize,
  AluOp,
  AtomicOp,
  Endianness,
  Instruction,
  InstructionStream,
  JumpOp,
  LddwSource,
  Operand,
  Register,
  Width,
} from './isa/instruction.ts';
export type { LinkedFunction, LinkedObject, LinkedProgram } from './link/linked-object.ts';
export type {
  CoreRelocationSpec,
  FunctionSpec,
  GlobalData,
  GlobalVariable,
  LineInfo,
  MapSpec,
  ObjectSpec,
  ProgramSpec,
  RelocationSpec,
} from './object/spec.ts';
export type { MapTypeName } from './platform/linux/map-types.ts';
export type { ProgramTypeName } from './platform/linux/program-types.ts';
export {
  isVerified,
  trustWithoutVerification,
  type Verification,
  type VerifiedObject,
} from './verified.ts';
