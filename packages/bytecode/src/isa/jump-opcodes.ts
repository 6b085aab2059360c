import type { JumpOp } from './instruction.ts';
import type { IsaVersion, Opcode } from './opcode.ts';

/*
 * RFC 9669 section 4.3. Opcode byte of the classes JMP (5) and JMP32 (6):
 *
 *     msb                  lsb
 *     +--------+---+-------+
 *     | code 4 | s | class |      s: 0 = imm (K), 1 = register (X)
 *     +--------+---+-------+
 */
const JMP = 0x05;
const JMP32 = 0x06;
const K = 0x00;
const X = 0x08;

interface JumpRow {
  readonly op: JumpOp;
  readonly code: number;
  readonly llvm: string;
  /** Of the 64-bit form. */
  readonly since: IsaVersion;
  readonly linux: string;
}

const V1 = { since: 'v1', linux: '3.18' } as const;
const V2 = { since: 'v2', linux: '4.14' } as const;

const JUMP_ROWS: readonly JumpRow[] = [
  { op: 'jeq', code: 0x10, llvm: '==', ...V1 },
  { op: 'jgt', code: 0x20, llvm: '>', ...V1 },
  { op: 'jge', code: 0x30, llvm: '>=', ...V1 },
  { op: 'jset', code: 0x40, llvm: '&', ...V1 },
  { op: 'jne', code: 0x50, llvm: '!=', ...V1 },
  { op: 'jsgt', code: 0x60, llvm: 's>', ...V1 },
  { op: 'jsge', code: 0x70, llvm: 's>=', ...V1 },
  { op: 'jlt', code: 0xa0, llvm: '<', ...V2 },
  { op: 'jle', code: 0xb0, llvm: '<=', ...V2 },
  { op: 'jslt', code: 0xc0, llvm: 's<', ...V2 },
  { op: 'jsle', code: 0xd0, llvm: 's<=', ...V2 },
];

const conditional: readonly Opcode[] = JUMP_ROWS.flatMap((row) =>
  ([64, 32] as const).flatMap((width): Opcode[] => {
    const [dst, src, suffix] = width === 64 ? ['{dst}', '{src}', ''] : ['{dst32}', '{src32}', '32'];
    const version =
      width === 64
        ? { since: row.since, linux: row.linux }
        : ({ since: 'v3', linux: '5.1' } as const);
    const common = {
      dst: 'register',
      offset: 'any',
      group: width === 64 ? 'base64' : 'base32',
      ...version,
    } as const;
    const jumpClass = width === 64 ? JMP : JMP32;
    return [
      {
        ...common,
        code: row.code | K | jumpClass,
        src: 0,
        imm: 'any',
        shape: { kind: 'jump', op: row.op, width, source: 'imm' },
        llvm: [`if ${dst} ${row.llvm} {imm} goto {target}`],
        ubpf: [`${row.op}${suffix} {dst}, {imm}, {target}`],
      },
      {
        ...common,
        code: row.code | X | jumpClass,
        src: 'register',
        imm: 0,
        shape: { kind: 'jump', op: row.op, width, source: 'reg' },
        llvm: [`if ${dst} ${row.llvm} ${src} goto {target}`],
        ubpf: [`${row.op}${suffix} {dst}, {src}, {target}`],
      },
    ];
  }),
);

const unconditional: readonly Opcode[] = [
  {
    code: 0x00 | K | JMP,
    dst: 0,
    src: 0,
    offset: 'any',
    imm: 0,
    shape: { kind: 'ja', wide: false },
    group: 'base32',
    ...V1,
    llvm: ['goto {target}'],
    ubpf: ['ja {target}'],
  },
  {
    code: 0x00 | K | JMP32,
    dst: 0,
    src: 0,
    offset: 0,
    imm: 'any',
    shape: { kind: 'ja', wide: true },
    group: 'base32',
    since: 'v4',
    linux: '6.6',
    llvm: ['gotol {target32}'],
    ubpf: ['ja32 {target32}'],
  },
  {
    code: 0xe0 | K | JMP,
    dst: 0,
    src: 0,
    offset: 'any',
    imm: 0,
    shape: { kind: 'may-goto' },
    group: null,
    since: 'kernel',
    linux: '6.9',
    llvm: ['may_goto {target}'],
    ubpf: ['may_goto {target}'],
  },
];

/**
 * Section 4.3.1. LLVM prints helper and local calls alike (`call 0x5`, `call -0x1`); here a sign or
 * a label makes it local, so that each text means one instruction: helper numbers print unsigned.
 */
const calls: readonly Opcode[] = [
  {
    code: 0x80 | K | JMP,
    dst: 0,
    src: 0,
    offset: 0,
    imm: 'any',
    shape: { kind: 'call-helper' },
    group: 'base32',
    ...V1,
    llvm: ['call {helper}'],
    ubpf: ['call {imm}', 'call helper {imm}'],
  },
  {
    code: 0x80 | K | JMP,
    dst: 0,
    src: 1,
    offset: 0,
    imm: 'any',
    shape: { kind: 'call-local' },
    group: 'base32',
    since: 'v1',
    linux: '4.16',
    llvm: ['call {target32}'],
    ubpf: ['call local {target32}'],
  },
  {
    code: 0x80 | K | JMP,
    dst: 0,
    src: 2,
    offset: 'any',
    imm: 'any',
    shape: { kind: 'call-kfunc' },
    group: 'base32',
    since: 'v1',
    linux: '5.13',
    llvm: ['call kfunc({imm}, {offset})', 'call kfunc({imm})'],
    ubpf: ['call runtime {imm}, {offset}', 'call runtime {imm}'],
  },
  {
    code: 0x80 | X | JMP,
    dst: 'register',
    src: 0,
    offset: 0,
    imm: 0,
    shape: { kind: 'call-register' },
    group: 'callx',
    since: 'v1',
    linux: null,
    llvm: ['callx {dst}'],
    ubpf: ['call {dst}', 'callx {dst}', 'call helper {dst}'],
  },
  {
    code: 0x90 | K | JMP,
    dst: 0,
    src: 0,
    offset: 0,
    imm: 0,
    shape: { kind: 'exit' },
    group: 'base32',
    ...V1,
    llvm: ['exit'],
    ubpf: ['exit'],
  },
];

/** Classes JMP and JMP32. */
export const JUMP_OPCODES: readonly Opcode[] = [...conditional, ...unconditional, ...calls];
