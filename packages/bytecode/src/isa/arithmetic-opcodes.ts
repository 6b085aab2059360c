import type { AluOp, Width } from './instruction.ts';
import type { ConformanceGroup, IsaVersion, Opcode } from './opcode.ts';

/*
 * RFC 9669 section 4.1 and 4.2. Opcode byte of the classes ALU (4) and ALU64 (7):
 *
 *     msb                  lsb
 *     +--------+---+-------+
 *     | code 4 | s | class |      s: 0 = imm (K), 1 = register (X)
 *     +--------+---+-------+
 */
const ALU = 0x04;
const ALU64 = 0x07;
const K = 0x00;
const X = 0x08;

interface AluRow {
  readonly op: AluOp;
  readonly code: number;
  /** 1 selects the signed forms of div and mod. */
  readonly offset: 0 | 1;
  readonly group: 'base' | 'divmul';
  readonly since: IsaVersion;
  readonly linux: string;
  readonly llvm: string;
  readonly ubpf: string;
}

const V1 = { since: 'v1', linux: '3.18' } as const;
const V4 = { since: 'v4', linux: '6.6' } as const;

const ALU_ROWS: readonly AluRow[] = [
  { op: 'add', code: 0x00, offset: 0, group: 'base', ...V1, llvm: '+=', ubpf: 'add' },
  { op: 'sub', code: 0x10, offset: 0, group: 'base', ...V1, llvm: '-=', ubpf: 'sub' },
  { op: 'mul', code: 0x20, offset: 0, group: 'divmul', ...V1, llvm: '*=', ubpf: 'mul' },
  { op: 'div', code: 0x30, offset: 0, group: 'divmul', ...V1, llvm: '/=', ubpf: 'div' },
  { op: 'sdiv', code: 0x30, offset: 1, group: 'divmul', ...V4, llvm: 's/=', ubpf: 'sdiv' },
  { op: 'or', code: 0x40, offset: 0, group: 'base', ...V1, llvm: '|=', ubpf: 'or' },
  { op: 'and', code: 0x50, offset: 0, group: 'base', ...V1, llvm: '&=', ubpf: 'and' },
  { op: 'lsh', code: 0x60, offset: 0, group: 'base', ...V1, llvm: '<<=', ubpf: 'lsh' },
  { op: 'rsh', code: 0x70, offset: 0, group: 'base', ...V1, llvm: '>>=', ubpf: 'rsh' },
  { op: 'mod', code: 0x90, offset: 0, group: 'divmul', ...V1, llvm: '%=', ubpf: 'mod' },
  { op: 'smod', code: 0x90, offset: 1, group: 'divmul', ...V4, llvm: 's%=', ubpf: 'smod' },
  { op: 'xor', code: 0xa0, offset: 0, group: 'base', ...V1, llvm: '^=', ubpf: 'xor' },
  { op: 'mov', code: 0xb0, offset: 0, group: 'base', ...V1, llvm: '=', ubpf: 'mov' },
  { op: 'arsh', code: 0xc0, offset: 0, group: 'base', ...V1, llvm: 's>>=', ubpf: 'arsh' },
];

/** Suffixes of a width: placeholder names of LLVM's w registers, mnemonics of uBPF. */
const WIDTHS = [
  { width: 64, class: ALU64, dst: '{dst}', src: '{src}', ubpf: ['', '64'] },
  { width: 32, class: ALU, dst: '{dst32}', src: '{src32}', ubpf: ['32'] },
] as const;

function group(kind: 'base' | 'divmul', width: Width): ConformanceGroup {
  return `${kind}${width}`;
}

const binary: readonly Opcode[] = ALU_ROWS.flatMap((row) =>
  WIDTHS.flatMap((w): Opcode[] => {
    const common = {
      dst: 'register',
      offset: row.offset,
      group: group(row.group, w.width),
      since: row.since,
      linux: row.linux,
    } as const;
    return [
      {
        ...common,
        code: row.code | K | w.class,
        src: 0,
        imm: 'any',
        shape: { kind: 'alu', op: row.op, width: w.width, source: 'imm' },
        llvm: [`${w.dst} ${row.llvm} {imm}`],
        ubpf: w.ubpf.map((suffix) => `${row.ubpf}${suffix} {dst}, {imm}`),
      },
      {
        ...common,
        code: row.code | X | w.class,
        src: 'register',
        imm: 0,
        shape: { kind: 'alu', op: row.op, width: w.width, source: 'reg' },
        llvm: [`${w.dst} ${row.llvm} ${w.src}`],
        ubpf: w.ubpf.map((suffix) => `${row.ubpf}${suffix} {dst}, {src}`),
      },
    ];
  }),
);

const negations: readonly Opcode[] = WIDTHS.map((w) => ({
  code: 0x80 | K | w.class,
  dst: 'register',
  src: 0,
  offset: 0,
  imm: 0,
  shape: { kind: 'neg', width: w.width },
  group: group('base', w.width),
  ...V1,
  llvm: [`${w.dst} = -${w.dst}`],
  ubpf: w.ubpf.map((suffix) => `neg${suffix} {dst}`),
}));

/** mov with a sign-extended source; the offset field holds the source's bits. */
const signExtensions: readonly Opcode[] = (
  [
    [8, 64],
    [16, 64],
    [32, 64],
    [8, 32],
    [16, 32],
  ] as const
).map(([fromBits, width]) => {
  const [dst, src] = width === 64 ? ['{dst}', '{src}'] : ['{dst32}', '{src32}'];
  return {
    code: 0xb0 | X | (width === 64 ? ALU64 : ALU),
    dst: 'register',
    src: 'register',
    offset: fromBits,
    imm: 0,
    shape: { kind: 'movsx', width, fromBits },
    group: group('base', width),
    ...V4,
    llvm: [`${dst} = (s${fromBits})${src}`],
    ubpf: [`movsx${fromBits}${width} {dst}, {src}`],
  };
});

/** Linux 6.9; imm = destination address space << 16 | source address space. */
const addressSpaceCast: Opcode = {
  code: 0xb0 | X | ALU64,
  dst: 'register',
  src: 'register',
  offset: 1,
  imm: 'any',
  shape: { kind: 'addr-space-cast' },
  group: null,
  since: 'kernel',
  linux: '6.9',
  llvm: ['{dst} = addr_space_cast({src}, {immHigh}, {immLow})'],
  ubpf: ['addr_space_cast {dst}, {src}, {immHigh}, {immLow}'],
};

/** RFC 9669 section 4.2; the imm holds the width. */
const byteSwaps: readonly Opcode[] = (
  [
    { op: 'le', code: 0xd0 | K | ALU, words: ['le'], ...V1 },
    { op: 'be', code: 0xd0 | X | ALU, words: ['be'], ...V1 },
    { op: 'bswap', code: 0xd0 | K | ALU64, words: ['bswap', 'swap'], ...V4 },
  ] as const
).flatMap((row) =>
  ([16, 32, 64] as const).map((bits) => ({
    code: row.code,
    dst: 'register',
    src: 0,
    offset: 0,
    imm: bits,
    shape: { kind: 'endian', op: row.op, bits },
    group: bits === 64 ? 'base64' : 'base32',
    since: row.since,
    linux: row.linux,
    llvm: [`{dst} = ${row.op}${bits} {dst}`],
    ubpf: row.words.map((word) => `${word}${bits} {dst}`),
  })),
);

/** Classes ALU and ALU64. */
export const ARITHMETIC_OPCODES: readonly Opcode[] = [
  ...binary,
  ...negations,
  ...signExtensions,
  addressSpaceCast,
  ...byteSwaps,
];
