import type { AtomicOp, LddwSource } from './instruction.ts';
import type { Opcode } from './opcode.ts';

/*
 * RFC 9669 section 5. Opcode byte of the classes LD (0), LDX (1), ST (2) and STX (3):
 *
 *     msb                   lsb
 *     +--------+------+-------+
 *     | mode 3 | sz 2 | class |
 *     +--------+------+-------+
 */
const LD = 0x00;
const LDX = 0x01;
const ST = 0x02;
const STX = 0x03;

const IMM = 0x00;
const ABS = 0x20;
const IND = 0x40;
const MEM = 0x60;
const MEMSX = 0x80;
const ATOMIC = 0xc0;

const DW = 0x18;

/** Access sizes: size bits, C type of LLVM's notation, suffix of uBPF's, conformance group. */
const SIZES = [
  { size: 1, bits: 0x10, type: '8', ubpf: 'b', group: 'base32' },
  { size: 2, bits: 0x08, type: '16', ubpf: 'h', group: 'base32' },
  { size: 4, bits: 0x00, type: '32', ubpf: 'w', group: 'base32' },
  { size: 8, bits: DW, type: '64', ubpf: 'dw', group: 'base64' },
] as const;

const V1 = { since: 'v1', linux: '3.18' } as const;

/** Up to 4 bytes LLVM also writes the 32-bit name of the register: `w1 = *(u8 *)(r2 + 0x0)`. */
function withNarrowForm(size: number, wide: string, narrow: string): readonly string[] {
  return size === 8 ? [wide] : [wide, narrow];
}

const plain: readonly Opcode[] = SIZES.flatMap((s): Opcode[] => [
  {
    code: MEM | s.bits | LDX,
    dst: 'register',
    src: 'register',
    offset: 'any',
    imm: 0,
    shape: { kind: 'load', size: s.size, signed: false },
    group: s.group,
    ...V1,
    llvm: withNarrowForm(
      s.size,
      `{dst} = *(u${s.type} *)({src}{+offset})`,
      `{dst32} = *(u${s.type} *)({src}{+offset})`,
    ),
    ubpf: [`ldx${s.ubpf} {dst}, [{src}{+offset}]`],
  },
  {
    code: MEM | s.bits | ST,
    dst: 'register',
    src: 0,
    offset: 'any',
    imm: 'any',
    shape: { kind: 'store', size: s.size, source: 'imm' },
    group: s.group,
    ...V1,
    llvm: [`*(u${s.type} *)({dst}{+offset}) = {imm}`],
    ubpf: [`st${s.ubpf} [{dst}{+offset}], {imm}`],
  },
  {
    code: MEM | s.bits | STX,
    dst: 'register',
    src: 'register',
    offset: 'any',
    imm: 0,
    shape: { kind: 'store', size: s.size, source: 'reg' },
    group: s.group,
    ...V1,
    llvm: withNarrowForm(
      s.size,
      `*(u${s.type} *)({dst}{+offset}) = {src}`,
      `*(u${s.type} *)({dst}{+offset}) = {src32}`,
    ),
    ubpf: [`stx${s.ubpf} [{dst}{+offset}], {src}`],
  },
]);

/** Section 5.2. There is no 8-byte form. */
const signExtending: readonly Opcode[] = SIZES.filter((s) => s.size !== 8).map((s) => ({
  code: MEMSX | s.bits | LDX,
  dst: 'register',
  src: 'register',
  offset: 'any',
  imm: 0,
  shape: { kind: 'load', size: s.size, signed: true },
  group: 'base64',
  since: 'v4',
  linux: '6.6',
  llvm: [`{dst} = *(s${s.type} *)({src}{+offset})`],
  ubpf: [`ldxs${s.ubpf} {dst}, [{src}{+offset}]`],
}));

interface AtomicRow {
  readonly op: AtomicOp;
  readonly imm: number;
  /** Assignment operator of the form without fetch; null where the old value always comes back. */
  readonly llvm: string | null;
}

const FETCH = 0x01;

/** Section 5.3: the imm names the operation. */
const ATOMICS: readonly AtomicRow[] = [
  { op: 'add', imm: 0x00, llvm: '+=' },
  { op: 'or', imm: 0x40, llvm: '|=' },
  { op: 'and', imm: 0x50, llvm: '&=' },
  { op: 'xor', imm: 0xa0, llvm: '^=' },
  { op: 'xchg', imm: 0xe0, llvm: null },
  { op: 'cmpxchg', imm: 0xf0, llvm: null },
];

const ATOMIC_SIZES = [
  {
    size: 8,
    bits: DW,
    type: 'u64',
    r0: 'r0',
    src: '{src}',
    xchg: 'xchg_64',
    cmpxchg: 'cmpxchg_64',
    suffixes: ['', '64'],
    group: 'atomic64',
  },
  {
    size: 4,
    bits: 0x00,
    type: 'u32',
    r0: 'w0',
    src: '{src32}',
    xchg: 'xchg32_32',
    cmpxchg: 'cmpxchg32_32',
    suffixes: ['32'],
    group: 'atomic32',
  },
] as const;

/**
 * Before ISA v3 LLVM had but the addition, of 64-bit registers; it still prints that form where
 * 32-bit registers are not asked for.
 */
function lockForms(op: AtomicOp, src: '{src}' | '{src32}'): readonly string[] {
  if (src === '{src}') return ['{src}'];
  return op === 'add' ? ['{src}', '{src32}'] : ['{src32}', '{src}'];
}

const atomics: readonly Opcode[] = ATOMIC_SIZES.flatMap((s) =>
  ATOMICS.flatMap((row): Opcode[] => {
    const common = {
      code: ATOMIC | s.bits | STX,
      dst: 'register',
      src: 'register',
      offset: 'any',
      group: s.group,
    } as const;
    const v3 = { since: 'v3', linux: '5.12' } as const;
    const address = '{dst}{+offset}';
    if (row.llvm === null) {
      return [
        {
          ...common,
          ...v3,
          imm: row.imm | FETCH,
          shape: { kind: 'atomic', op: row.op, fetch: true, size: s.size },
          llvm:
            row.op === 'xchg'
              ? [`${s.src} = ${s.xchg}(${address}, ${s.src})`]
              : [`${s.r0} = ${s.cmpxchg}(${address}, ${s.r0}, ${s.src})`],
          ubpf: s.suffixes.map((suffix) => `lock ${row.op}${suffix} [${address}], {src}`),
        },
      ];
    }
    return [
      {
        ...common,
        ...(row.op === 'add' ? V1 : v3),
        imm: row.imm,
        shape: { kind: 'atomic', op: row.op, fetch: false, size: s.size },
        llvm: lockForms(row.op, s.src).map(
          (src) => `lock *(${s.type} *)(${address}) ${row.llvm} ${src}`,
        ),
        ubpf: s.suffixes.map((suffix) => `lock ${row.op}${suffix} [${address}], {src}`),
      },
      {
        ...common,
        ...v3,
        imm: row.imm | FETCH,
        shape: { kind: 'atomic', op: row.op, fetch: true, size: s.size },
        llvm: [`${s.src} = atomic_fetch_${row.op}((${s.type} *)(${address}), ${s.src})`],
        ubpf: s.suffixes.flatMap((suffix) => [
          `lock fetch ${row.op}${suffix} [${address}], {src}`,
          `lock fetch_${row.op}${suffix} [${address}], {src}`,
        ]),
      },
    ];
  }),
);

/** Linux 6.15; the names of uBPF's notation are those of GNU as. */
const acquireRelease: readonly Opcode[] = SIZES.flatMap((s): Opcode[] => {
  const suffix = s.size === 8 ? '' : '32';
  const common = {
    code: ATOMIC | s.bits | STX,
    dst: 'register',
    src: 'register',
    offset: 'any',
    group: null,
    since: 'v4',
    linux: '6.15',
  } as const;
  return [
    {
      ...common,
      imm: 0x100,
      shape: { kind: 'load-acquire', size: s.size },
      llvm: [`{dst${suffix}} = load_acquire((u${s.type} *)({src}{+offset}))`],
      ubpf: [`ldacq${s.ubpf} {dst}, [{src}{+offset}]`],
    },
    {
      ...common,
      imm: 0x110,
      shape: { kind: 'store-release', size: s.size },
      llvm: [`store_release((u${s.type} *)({dst}{+offset}), {src${suffix}})`],
      ubpf: [`strel${s.ubpf} [{dst}{+offset}], {src}`],
    },
  ];
});

/** Section 5.5. Any size but 8; the register form adds the imm to the index. */
const legacyPacket: readonly Opcode[] = SIZES.flatMap((s): Opcode[] => {
  if (s.size === 8) return [];
  const common = { dst: 0, offset: 0, imm: 'any', group: 'packet', ...V1 } as const;
  return [
    {
      ...common,
      code: ABS | s.bits | LD,
      src: 0,
      shape: { kind: 'legacy-load', mode: 'abs', size: s.size },
      llvm: [`r0 = *(u${s.type} *)skb[{imm}]`],
      ubpf: [`ldabs${s.ubpf} {imm}`],
    },
    {
      ...common,
      code: IND | s.bits | LD,
      src: 'register',
      shape: { kind: 'legacy-load', mode: 'ind', size: s.size },
      llvm: [`r0 = *(u${s.type} *)skb[{src}{+imm?}]`],
      ubpf: [`ldind${s.ubpf} {src}, {imm}`],
    },
  ];
});

interface LddwRow {
  readonly source: LddwSource;
  readonly src: number;
  readonly nextImm: 'any' | 0;
  readonly linux: string;
  /** Right-hand side, in the words of RFC 9669 table 12, in both notations. */
  readonly text: string;
}

/** Section 5.4. Linux adds the BTF object's fd in the second imm of `var_addr`. */
const LDDW_ROWS: readonly LddwRow[] = [
  { source: 'map-fd', src: 1, nextImm: 0, linux: '3.18', text: 'map_by_fd({imm})' },
  {
    source: 'map-value-fd',
    src: 2,
    nextImm: 'any',
    linux: '5.2',
    text: 'map_val(map_by_fd({imm})){+nextImm}',
  },
  { source: 'btf-id', src: 3, nextImm: 'any', linux: '5.10', text: 'var_addr({imm}){+nextImm}' },
  { source: 'function', src: 4, nextImm: 0, linux: '5.13', text: 'code_addr({target32})' },
  { source: 'map-index', src: 5, nextImm: 0, linux: '5.14', text: 'map_by_idx({imm})' },
  {
    source: 'map-value-index',
    src: 6,
    nextImm: 'any',
    linux: '5.14',
    text: 'map_val(map_by_idx({imm})){+nextImm}',
  },
];

const LDDW = {
  code: IMM | DW | LD,
  dst: 'register',
  offset: 0,
  imm: 'any',
  group: 'base64',
  since: 'v1',
} as const;

const wideImmediates: readonly Opcode[] = [
  {
    ...LDDW,
    src: 0,
    nextImm: 'any',
    linux: '3.18',
    shape: { kind: 'lddw', source: 'imm64' },
    llvm: ['{dst} = {imm64} ll'],
    ubpf: ['lddw {dst}, {imm64}'],
  },
  ...LDDW_ROWS.map(
    (row): Opcode => ({
      ...LDDW,
      src: row.src,
      nextImm: row.nextImm,
      linux: row.linux,
      shape: { kind: 'lddw', source: row.source },
      llvm: [`{dst} = ${row.text}`],
      ubpf: [`lddw {dst}, ${row.text}`],
    }),
  ),
];

/** Classes LD, LDX, ST and STX. */
export const MEMORY_OPCODES: readonly Opcode[] = [
  ...plain,
  ...signExtending,
  ...atomics,
  ...acquireRelease,
  ...legacyPacket,
  ...wideImmediates,
];
