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
// Object files: BTF, what objects hold, and linking.
export {
  Btf,
  type BtfKind,
  type BtfMember,
  type BtfOptions,
  type BtfType,
  formatC,
  formatJson,
  formatRaw,
  parseBtf,
  sameShape,
  sizeOfType,
  skipModifiers,
  type TypeSelection,
  typesOfShape,
} from './btf/index.ts';
// Classic BPF.
export {
  type ClassicCodecOptions,
  type ClassicDiagnostic,
  type ClassicFlavour,
  ClassicFormatError,
  type ClassicInstruction,
  type ClassicProgram,
  type ClassicRule,
  type ConvertOptions,
  convertClassic,
  decodeClassic,
  disassembleClassic,
  encodeClassic,
  formatDdd,
  InvalidClassicProgramError,
  parseDd,
  parseDdd,
  UnsupportedClassicError,
  validateClassic,
} from './classic/index.ts';
// Values of BTF types.
export {
  type Codec,
  type CodecOptions,
  describe,
  describeUntyped,
  UndescribableTypeError,
  ValueError,
} from './codec/index.ts';
// Portable programs: types of the target decide (CO-RE).
export {
  type CoreFailure,
  type CoreKindName,
  coreKindName,
  describeCoreRelocation,
  POISON_HELPER,
} from './core/index.ts';
export { type WriteObjectOptions, writeObject } from './elf/write-object.ts';
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
export {
  instructionCounts,
  type LinkCodeOptions,
  type LinkOptions,
  linkCode,
  linkObject,
} from './link/index.ts';
export type { LinkedFunction, LinkedObject, LinkedProgram } from './link/linked-object.ts';
export { type MapSpecInput, mapSpec, type ParseOptions, parseObject } from './object/index.ts';
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
// Platform tables: what helpers, maps, programs and contexts are on linux.
export {
  type ArgumentKind,
  type AttachTypeName,
  acceptsMap,
  argumentsFor,
  attachTypes,
  type CallbackArgumentKind,
  type ContextDescriptor,
  type ContextField,
  type ContextFieldKind,
  contextAccess,
  type DynptrFlavour,
  type ErrnoName,
  errno,
  errnoName,
  type HelperArgument,
  type HelperCallback,
  type HelperRow,
  type HelperVariant,
  isProgramTypeName,
  type KernelObjectKind,
  linux,
  type MapFlagName,
  type MapTypeName,
  type MapTypeRow,
  type MapValueKind,
  type MaxEntriesRule,
  mapFlags,
  mapUpdateFlags,
  mayCall,
  type Platform,
  type ProgramTypeName,
  type ProgramTypeRow,
  programTypeOfSection,
  type ReturnKind,
  returnRange,
  type SectionMatch,
  type SectionRow,
  type SizeRule,
  sections,
  type VerdictRow,
  verdictName,
  verdictsOf,
} from './platform/index.ts';
export {
  isVerified,
  trustWithoutVerification,
  type Verification,
  type VerifiedObject,
} from './verified.ts';
