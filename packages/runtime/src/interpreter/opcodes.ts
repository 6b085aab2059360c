/**
 * Opcodes of the predecoded form. An operation that RFC 9669 gives an opcode of its own keeps it
 * (0x07 is `dst += imm` of 64 bits, 0x61 a 4-byte load ...); where offset or imm select the
 * operation, a byte that no opcode uses stands for it, so that the run loop switches once.
 */
export const InternalOpcode = {
  sdiv32Imm: 0xe4,
  sdiv32Reg: 0xec,
  smod32Imm: 0xf4,
  smod32Reg: 0xfc,
  sdiv64Imm: 0xe7,
  sdiv64Reg: 0xef,
  smod64Imm: 0xf7,
  smod64Reg: 0xff,
  movsx64From8: 0x01,
  movsx64From16: 0x09,
  movsx64From32: 0x11,
  movsx32From8: 0x19,
  movsx32From16: 0x29,
  /** Zero-extends to imm bits. */
  le: 0xd4,
  /** Swaps the low imm bits. */
  swap: 0xd7,
  lddw: 0x18,
  ja: 0x05,
  mayGoto: 0xe5,
  callHelper: 0x85,
  callRegister: 0x8d,
  callLocal: 0x02,
  exit: 0x95,
  atomic: 0xc3,
  legacyLoad: 0x20,
  /** Counts an instruction; stands before each one where coverage is on. */
  count: 0x00,
  /** Behind the last instruction. */
  end: 0x08,
  /** What a failed CO-RE relocation has left of an instruction. */
  poisoned: 0x10,
} as const;

/** RFC 9669 section 4.1, the code field (upper four bits) of an ALU opcode. */
export const AluCode = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  mod: 0x90,
  xor: 0xa0,
  mov: 0xb0,
  arsh: 0xc0,
} as const;

/** RFC 9669 section 4.3, the code field of a jump opcode. */
export const JumpCode = {
  jeq: 0x10,
  jgt: 0x20,
  jge: 0x30,
  jset: 0x40,
  jne: 0x50,
  jsgt: 0x60,
  jsge: 0x70,
  jlt: 0xa0,
  jle: 0xb0,
  jslt: 0xc0,
  jsle: 0xd0,
} as const;

/** RFC 9669 section 5, the size field of a load or store opcode. */
export const SizeCode = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 } as const;

/** Operation numbers of {@link InternalOpcode.atomic}. */
export const AtomicCode = { add: 0, or: 1, and: 2, xor: 3, xchg: 4, cmpxchg: 5 } as const;
