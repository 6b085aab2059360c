import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assemble,
  disassemble,
  type Instruction,
  InvalidInstructionError,
  type LinkedObject,
  linux,
  mapSpec,
  mem,
  OPCODES,
  type Opcode,
  type ProgramBuilder,
  ProgramBuilderError,
  program,
  type RegisterName,
  r0,
  r1,
  r2,
  r3,
  r10,
  type Source,
} from '../../src/index.ts';
import { instructionOf } from '../../src/isa/fields.ts';
import { anyStream } from '../isa/arbitrary.ts';

/** Builder text beside the assembler's. */
const SAME: readonly (readonly [string, (builder: ProgramBuilder) => ProgramBuilder, string])[] = [
  ['constants', (b) => b.mov(r0, 1).mov32(r1, -2).mov(r2, 0xffffffff), 'r0 = 1; w1 = -2; r2 = -1'],
  ['registers', (b) => b.add(r0, r1).sub32(r1, r2), 'r0 += r1; w1 -= w2'],
  ['signed division', (b) => b.sdiv(r0, 7).smod32(r1, r2), 'r0 s/= 7; w1 s%= w2'],
  ['negation', (b) => b.neg(r1).neg(r2, 32), 'r1 = -r1; w2 = -w2'],
  ['sign extension', (b) => b.movsx(r1, r2, 8).movsx(r1, r2, 16, 32), 'r1 = (s8)r2; w1 = (s16)w2'],
  [
    'byte order',
    (b) => b.endian('be', r1, 16).endian('bswap', r2, 64).endian('le', r3, 32),
    'r1 = be16 r1; r2 = bswap64 r2; r3 = le32 r3',
  ],
  [
    'memory',
    (b) =>
      b
        .load(r1, mem(r10, -8), 4)
        .loadSigned(r2, mem(r1), 2)
        .store(mem(r10, -16), r1, 8)
        .store(mem(r1, 3), -1, 1),
    'w1 = *(u32 *)(r10 - 8); r2 = *(s16 *)(r1 + 0); *(u64 *)(r10 - 16) = r1; *(u8 *)(r1 + 3) = -1',
  ],
  [
    'atomics',
    (b) =>
      b
        .atomic('add', mem(r1, 8), r2, 8)
        .atomic('or', mem(r1), r2, 4, true)
        .atomic('xchg', mem(r1), r2, 8)
        .atomic('cmpxchg', mem(r1), r2, 4),
    'lock *(u64 *)(r1 + 8) += r2; w2 = atomic_fetch_or((u32 *)(r1 + 0), w2); ' +
      'r2 = xchg_64(r1 + 0, r2); w0 = cmpxchg32_32(r1 + 0, w0, w2)',
  ],
  [
    'acquire and release',
    (b) => b.loadAcquire(r1, mem(r2, 8), 8).storeRelease(mem(r2), r1, 4),
    'r1 = load_acquire((u64 *)(r2 + 8)); store_release((u32 *)(r2 + 0), w1)',
  ],
  [
    'packet loads',
    (b) => b.loadPacket(2, 12).loadPacket(1, 4, r1),
    'r0 = *(u16 *)skb[12]; r0 = *(u8 *)skb[r1 + 4]',
  ],
  [
    'constants of 64 bits',
    (b) =>
      b
        .lddw(r1, 2n ** 64n - 2n)
        .lddw(r2, -1)
        .lddw(r3, 0x1_0000_0001),
    'r1 = 0xfffffffffffffffe ll; r2 = -1 ll; r3 = 0x100000001 ll',
  ],
  ['address spaces', (b) => b.addrSpaceCast(r1, r2, 0, 1), 'r1 = addr_space_cast(r2, 0, 1)'],
  [
    'jumps both ways, over lddw too',
    (b) =>
      b
        .label('top')
        .jeq(r1, 0, 'out')
        .lddw(r2, 5)
        .jsgt32(r1, r2, 'top')
        .ja('out')
        .mayGoto('top')
        .ja('out', true)
        .label('out')
        .exit(),
    'top: if r1 == 0 goto out; r2 = 5 ll; if w1 s> w2 goto top; goto out; may_goto top; gotol out; out: exit',
  ],
  [
    'calls',
    (b) =>
      b
        .call('map_lookup_elem')
        .call('bpf_ktime_get_ns')
        .call(7)
        .callLocal('f')
        .loadFunction(r2, 'f')
        .callKfunc(0x1234)
        .callRegister(r3)
        .exit()
        .label('f')
        .exit(),
    'call 1; call 5; call 7; call f; r2 = code_addr(f); call kfunc(0x1234); callx r3; exit; f: exit',
  ],
  ['kernel variables', (b) => b.loadBtfId(r1, 77), 'r1 = var_addr(77)'],
];

describe('builder and assembler agree', () => {
  test.each(SAME)('%s', (_, build, text) => {
    expect(build(program('xdp')).stream().bytes).toEqual(assemble(text).bytes);
  });

  test('on any program, in both byte orders', () => {
    fc.assert(
      fc.property(
        anyStream,
        fc.constantFrom('little' as const, 'big' as const),
        (stream, endianness) => {
          const builder = program('xdp', { endianness });
          for (const instruction of stream) builder.instruction(instruction);
          const text = disassemble(builder.stream());
          expect(builder.stream().bytes).toEqual(assemble(text, { endianness }).bytes);
        },
      ),
    );
  });

  test('every opcode that needs no map has its method', () => {
    for (const opcode of OPCODES) {
      const instruction = sample(opcode);
      const builder = program('xdp');
      if (!write(builder, instruction)) continue;
      builder.label('here');
      const { instructions, bytes } = builder.stream();
      expect(instructions).toEqual([instruction]);
      const text = disassemble(builder.stream());
      expect(bytes, text).toEqual(assemble(text).bytes);
    }
    const unwritten = OPCODES.filter((opcode) => !write(program('xdp'), sample(opcode)));
    expect(unwritten.map(({ shape }) => shape)).toEqual(
      // Maps by descriptor are for code that already has them; those by index have a test below.
      ['map-fd', 'map-value-fd', 'map-index', 'map-value-index'].map((source) => ({
        kind: 'lddw',
        source,
      })),
    );
  });
});

/** An instruction of that row; where it names a place, that of the next instruction. */
function sample(opcode: Opcode): Instruction {
  const { kind } = opcode.shape;
  const isBranch = ['jump', 'ja', 'may-goto', 'call-local'].includes(kind);
  const imm = kind === 'ja' || kind === 'call-local' ? 0 : kind === 'lddw' ? 1 : 5;
  return instructionOf(opcode, {
    dst: opcode.dst === 'register' ? 1 : 0,
    src: opcode.src === 'register' ? 2 : opcode.src,
    offset: opcode.offset === 'any' ? (isBranch || kind === 'call-kfunc' ? 0 : 8) : opcode.offset,
    imm: opcode.imm === 'any' ? imm : opcode.imm,
    nextImm: opcode.nextImm === 'any' && opcode.code === 0x18 && opcode.src === 0 ? 7 : 0,
  });
}

const name = (reg: number): RegisterName => ({ kind: 'reg', reg });

/** Writes an instruction by its own method; false where there is none. */
function write(builder: ProgramBuilder, each: Instruction): boolean {
  const source = (): Source => {
    const operand = 'source' in each && typeof each.source === 'object' ? each.source : null;
    return operand?.kind === 'imm' ? operand.imm : name(operand?.reg ?? 0);
  };
  const suffix = 'width' in each && each.width === 32 ? '32' : '';
  switch (each.kind) {
    case 'alu':
      builder[`${each.op}${suffix}`](name(each.dst), source());
      return true;
    case 'jump':
      builder[`${each.op}${suffix}`](name(each.dst), source(), 'here');
      return true;
    case 'neg':
      builder.neg(name(each.dst), each.width);
      return true;
    case 'movsx':
      builder.movsx(name(each.dst), name(each.src), each.fromBits, each.width);
      return true;
    case 'addr-space-cast':
      builder.addrSpaceCast(name(each.dst), name(each.src), each.imm >> 16, each.imm & 0xffff);
      return true;
    case 'endian':
      builder.endian(each.op, name(each.dst), each.bits);
      return true;
    case 'lddw':
      if (each.source === 'imm64') {
        const low = BigInt(each.imm);
        builder.lddw(name(each.dst), (BigInt(each.nextImm) << 32n) | low);
      } else if (each.source === 'btf-id') builder.loadBtfId(name(each.dst), each.imm);
      else if (each.source === 'function') builder.loadFunction(name(each.dst), 'here');
      else return false;
      return true;
    case 'load':
      if (each.signed)
        builder.loadSigned(name(each.dst), at(each.src, each.offset), narrow(each.size));
      else builder.load(name(each.dst), at(each.src, each.offset), each.size);
      return true;
    case 'store':
      builder.store(at(each.dst, each.offset), source(), each.size);
      return true;
    case 'atomic':
      builder.atomic(each.op, at(each.dst, each.offset), name(each.src), each.size, each.fetch);
      return true;
    case 'load-acquire':
      builder.loadAcquire(name(each.dst), at(each.src, each.offset), each.size);
      return true;
    case 'store-release':
      builder.storeRelease(at(each.dst, each.offset), name(each.src), each.size);
      return true;
    case 'legacy-load':
      if (each.mode === 'ind') builder.loadPacket(each.size, each.imm, name(each.src ?? 0));
      else builder.loadPacket(each.size, each.imm);
      return true;
    case 'ja':
      builder.ja('here', each.wide);
      return true;
    case 'may-goto':
      builder.mayGoto('here');
      return true;
    case 'call-helper':
      builder.call(each.helper);
      return true;
    case 'call-local':
      builder.callLocal('here');
      return true;
    case 'call-kfunc':
      builder.callKfunc(each.btfId, each.btfFd);
      return true;
    case 'call-register':
      builder.callRegister(name(each.reg));
      return true;
    case 'exit':
      builder.exit();
      return true;
  }
}

function at(base: number, offset: number) {
  return mem(name(base), offset);
}

function narrow(size: number): 1 | 2 | 4 {
  if (size === 1 || size === 2 || size === 4) return size;
  throw new Error(`a signed load of ${size} bytes`);
}

describe('objects', () => {
  const flows = mapSpec({ name: 'flows', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 16 });
  const state = mapSpec({ name: 'state', type: 'array', keySize: 4, valueSize: 64, maxEntries: 1 });
  const build = (): LinkedObject =>
    program('?xdp.frags/devmap', { name: 'balance', license: 'Dual MIT/GPL' })
      .loadMapValue(r1, state, 16)
      .loadMap(r2, flows)
      .loadMap(r3, flows)
      .callLocal('count')
      .exit()
      .label('count')
      .mov(r0, 0)
      .exit()
      .build();

  test('maps are collected, each once', () => {
    const { maps, programs } = build();
    expect(maps).toEqual([state, flows]);
    expect(
      programs[0]?.code.instructions.flatMap((each) =>
        each.kind === 'lddw' ? [[each.source, each.imm, each.nextImm]] : [],
      ),
    ).toEqual([
      ['map-value-index', 0, 16],
      ['map-index', 1, 0],
      ['map-index', 1, 0],
    ]);
  });

  test('the section says what the program is', () => {
    const { license, programs } = build();
    expect(license).toBe('Dual MIT/GPL');
    expect(programs).toMatchObject([
      {
        name: 'balance',
        section: '?xdp.frags/devmap',
        type: 'xdp',
        attachType: 'xdp_devmap',
        optional: true,
        fragments: true,
      },
    ]);
  });

  test('labels name functions', () => {
    expect(
      build().programs[0]?.functions.map((part) => [part.name, part.slot, part.length]),
    ).toEqual([
      ['balance', 0, 8],
      ['count', 8, 2],
    ]);
  });

  test('a builder may go on after it was built', () => {
    const builder = program('tc').mov(r0, 0).exit();
    const before = builder.build().programs[0]?.code.bytes;
    builder.label('more').exit();
    expect(before).toHaveLength(16);
    expect(builder.stream().bytes).toHaveLength(24);
  });
});

describe('mistakes are typed', () => {
  const long = (builder: ProgramBuilder): ProgramBuilder => {
    for (let i = 0; i < 32_768; i++) builder.exit();
    return builder;
  };

  test.each<[string, () => unknown, string, string | null]>([
    [
      'an unknown label',
      () => program('xdp').exit().ja('nowhere').stream(),
      'instruction 1: there is no label nowhere',
      'nowhere',
    ],
    [
      'a misspelt label',
      () => program('xdp').ja('oot').label('out').exit().stream(),
      'instruction 0: there is no label oot, did you mean out?',
      'oot',
    ],
    [
      'a label twice',
      () => program('xdp').label('a').exit().label('a'),
      'instruction 1: label a is already defined at instruction 0',
      'a',
    ],
    [
      'a jump too far',
      () =>
        long(program('xdp').jeq(r1, 0, 'end'))
          .label('end')
          .exit()
          .stream(),
      'instruction 0: label end is 32768 slots away (-32768 to 32767 can be reached)',
      'end',
    ],
    [
      'an unknown helper',
      () => program('xdp').call('bpf_map_lookup_elm'),
      'instruction 0: linux has no helper map_lookup_elm, did you mean map_lookup_elem?',
      null,
    ],
    [
      'a constant of 65 bits',
      () => program('xdp').lddw(r1, 2n ** 64n),
      'instruction 0: 18446744073709551616 does not fit 64 bits',
      null,
    ],
  ])('%s', (_, build, message, label) => {
    expect(build).toThrow(ProgramBuilderError);
    try {
      build();
    } catch (error) {
      expect(error).toMatchObject({ message, label, code: 'PROGRAM_BUILDER' });
    }
  });

  test('two maps of one name', () => {
    const map = mapSpec({ name: 'm', type: 'array', keySize: 4, valueSize: 4, maxEntries: 1 });
    expect(() =>
      program('xdp')
        .loadMap(r1, map)
        .loadMap(r2, { ...map }),
    ).toThrow('there is another map m');
  });

  test.each([
    ['imm', () => program('xdp').mov(r0, 2 ** 32)],
    ['imm', () => program('xdp').mov(r0, 0.5)],
    ['offset', () => program('xdp').load(r0, mem(r1, 32_768), 1)],
    ['dst register', () => program('xdp').mov(name(11), 1)],
  ])('an operand that its field cannot hold: %s', (field, build) => {
    expect(() => build().stream()).toThrow(InvalidInstructionError);
    expect(() => build().stream()).toThrow(`instruction 0: ${field} `);
  });

  test('wide jumps and calls reach far', () => {
    const builder = long(program('xdp').ja('end', true).callLocal('end')).label('end').exit();
    expect(builder.stream().instructions[0]).toEqual({ kind: 'ja', wide: true, offset: 32_769 });
  });

  test('every helper of the platform can be called by name', () => {
    for (const { name: helper, number } of linux.helpers) {
      expect(program('xdp').call(helper).stream().instructions).toEqual([
        { kind: 'call-helper', helper: number },
      ]);
    }
  });
});
