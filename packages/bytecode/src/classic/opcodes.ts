import type { AluOp } from '../isa/instruction.ts';

/** What A, X and M[] go through. */
export type ClassicOperation =
  /** A = big-endian packet bytes at k (abs) or X + k (ind); ancillary data where k says so. */
  | { readonly kind: 'load-packet'; readonly mode: 'abs' | 'ind'; readonly size: 1 | 2 | 4 }
  /** X = 4 * (the low four bits of packet byte k): the length of an IPv4 header. */
  | { readonly kind: 'load-header-length' }
  | { readonly kind: 'load-immediate'; readonly into: 'a' | 'x' }
  /** Length of the packet. */
  | { readonly kind: 'load-length'; readonly into: 'a' | 'x' }
  | { readonly kind: 'load-memory'; readonly into: 'a' | 'x' }
  | { readonly kind: 'store-memory'; readonly from: 'a' | 'x' }
  | { readonly kind: 'alu'; readonly op: ClassicAluOp; readonly source: 'k' | 'x' }
  | { readonly kind: 'neg' }
  | { readonly kind: 'ja' }
  | { readonly kind: 'jump'; readonly op: ClassicJumpOp; readonly source: 'k' | 'x' }
  /** Ends the program. A socket keeps so many bytes of the packet; 0 drops it. */
  | { readonly kind: 'return'; readonly source: 'k' | 'a' }
  | { readonly kind: 'copy'; readonly into: 'a' | 'x' };

type ClassicAluOp = Extract<
  AluOp,
  'add' | 'sub' | 'mul' | 'div' | 'mod' | 'and' | 'or' | 'xor' | 'lsh' | 'rsh'
>;

export type ClassicJumpOp = 'jeq' | 'jgt' | 'jge' | 'jset';

export interface ClassicOpcode {
  readonly code: number;
  readonly operation: ClassicOperation;
  readonly mnemonic: string;
  /**
   * Operand as tcpdump -d prints it; `{k}` is k in signed decimal, `{hex}` in hexadecimal, `{target}`
   * the instruction that k jumps to.
   */
  readonly operand: string;
}

/*
 * include/uapi/linux/bpf_common.h. The low three bits of the code are the class:
 *
 *     LD, LDX        mode (3) | size (2) | class (3)
 *     ALU, JMP       operation (4) | source (1) | class (3)     source: 0 = k, 1 = X
 *     RET            return value (2) at bit 3
 *     MISC           operation (5)
 */
const LD = 0x00;
const LDX = 0x01;
const ST = 0x02;
const STX = 0x03;
const ALU = 0x04;
const JMP = 0x05;
const RET = 0x06;
const MISC = 0x07;

const IMM = 0x00;
const ABS = 0x20;
const IND = 0x40;
const MEM = 0x60;
const LEN = 0x80;
const MSH = 0xa0;

const BYTE = 0x10;
const X = 0x08;
const A = 0x10;
const TXA = 0x80;
const NEG = 0x80;

const SIZES = [
  { size: 4, bits: 0x00, mnemonic: 'ld' },
  { size: 2, bits: 0x08, mnemonic: 'ldh' },
  { size: 1, bits: BYTE, mnemonic: 'ldb' },
] as const;

const packetLoads: readonly ClassicOpcode[] = SIZES.flatMap(({ size, bits, mnemonic }) => [
  {
    code: LD | ABS | bits,
    operation: { kind: 'load-packet', mode: 'abs', size },
    mnemonic,
    operand: '[{k}]',
  },
  {
    code: LD | IND | bits,
    operation: { kind: 'load-packet', mode: 'ind', size },
    mnemonic,
    operand: '[x + {k}]',
  },
]);

const registerTransfers: readonly ClassicOpcode[] = (
  [
    { register: 'a', load: LD, store: ST, suffix: '' },
    { register: 'x', load: LDX, store: STX, suffix: 'x' },
  ] as const
).flatMap(({ register, load, store, suffix }): ClassicOpcode[] => [
  {
    code: load | IMM,
    operation: { kind: 'load-immediate', into: register },
    mnemonic: `ld${suffix}`,
    operand: '#{hex}',
  },
  {
    code: load | MEM,
    operation: { kind: 'load-memory', into: register },
    mnemonic: `ld${suffix}`,
    operand: 'M[{k}]',
  },
  {
    code: load | LEN,
    operation: { kind: 'load-length', into: register },
    mnemonic: `ld${suffix}`,
    operand: '#pktlen',
  },
  {
    code: store,
    operation: { kind: 'store-memory', from: register },
    mnemonic: `st${suffix}`,
    operand: 'M[{k}]',
  },
]);

/** `mod` and `xor` came with Linux 3.7; the other systems took them over. */
const ALU_ROWS: readonly (readonly [op: ClassicAluOp, code: number, operand: string])[] = [
  ['add', 0x00, '#{k}'],
  ['sub', 0x10, '#{k}'],
  ['mul', 0x20, '#{k}'],
  ['div', 0x30, '#{k}'],
  ['or', 0x40, '#{hex}'],
  ['and', 0x50, '#{hex}'],
  ['lsh', 0x60, '#{k}'],
  ['rsh', 0x70, '#{k}'],
  ['mod', 0x90, '#{k}'],
  ['xor', 0xa0, '#{hex}'],
];

const arithmetic: readonly ClassicOpcode[] = ALU_ROWS.flatMap(([op, code, operand]) => [
  {
    code: ALU | code,
    operation: { kind: 'alu', op, source: 'k' },
    mnemonic: op,
    operand,
  },
  {
    code: ALU | code | X,
    operation: { kind: 'alu', op, source: 'x' },
    mnemonic: op,
    operand: 'x',
  },
]);

const JUMP_ROWS: readonly (readonly [op: ClassicJumpOp, code: number])[] = [
  ['jeq', 0x10],
  ['jgt', 0x20],
  ['jge', 0x30],
  ['jset', 0x40],
];

const jumps: readonly ClassicOpcode[] = JUMP_ROWS.flatMap(([op, code]) => [
  {
    code: JMP | code,
    operation: { kind: 'jump', op, source: 'k' },
    mnemonic: op,
    operand: '#{hex}',
  },
  {
    code: JMP | code | X,
    operation: { kind: 'jump', op, source: 'x' },
    mnemonic: op,
    operand: 'x',
  },
]);

/** Every code that Linux takes (chk_code_allowed of net/core/filter.c). */
export const CLASSIC_OPCODES: readonly ClassicOpcode[] = [
  ...packetLoads,
  ...registerTransfers,
  {
    code: LDX | MSH | BYTE,
    operation: { kind: 'load-header-length' },
    mnemonic: 'ldxb',
    operand: '4*([{k}]&0xf)',
  },
  ...arithmetic,
  { code: ALU | NEG, operation: { kind: 'neg' }, mnemonic: 'neg', operand: '' },
  { code: JMP, operation: { kind: 'ja' }, mnemonic: 'ja', operand: '{target}' },
  ...jumps,
  { code: RET, operation: { kind: 'return', source: 'k' }, mnemonic: 'ret', operand: '#{k}' },
  { code: RET | A, operation: { kind: 'return', source: 'a' }, mnemonic: 'ret', operand: '' },
  { code: MISC, operation: { kind: 'copy', into: 'x' }, mnemonic: 'tax', operand: '' },
  { code: MISC | TXA, operation: { kind: 'copy', into: 'a' }, mnemonic: 'txa', operand: '' },
];

const byCode: ReadonlyMap<number, ClassicOpcode> = new Map(
  CLASSIC_OPCODES.map((opcode) => [opcode.code, opcode]),
);

/** undefined: no instruction of Linux. */
export function classicOpcodeOf(code: number): ClassicOpcode | undefined {
  return byCode.get(code);
}
