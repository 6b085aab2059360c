import { describe, expect, test } from 'vitest';
import {
  type Instruction,
  LinkError,
  type LinkedProgram,
  linkObject,
  parseObject,
} from '../../src/index.ts';
import { BYTE_ORDERS, fixture } from '../object/fixtures.ts';

describe.each(BYTE_ORDERS)('%s', (order) => {
  const link = (name: string, programs?: readonly string[]) =>
    linkObject(parseObject(fixture(name, order)), programs === undefined ? {} : { programs });
  const program = (name: string, wanted: string): LinkedProgram => {
    const [only] = link(name, [wanted]).programs;
    if (only === undefined) throw new Error(`no ${wanted}`);
    return only;
  };
  const ofKind = <K extends Instruction['kind']>({ code }: LinkedProgram, kind: K) =>
    code.instructions.flatMap((instruction, index) =>
      instruction.kind === kind
        ? [{ slot: code.slots[index], ...(instruction as Extract<Instruction, { kind: K }>) }]
        : [],
    );

  test('subprograms are appended once, in the order of their first call', () => {
    expect(
      link('programs').programs.map(({ name, functions, code }) => [
        name,
        code.bytes.length / 8,
        functions.map((part) => [part.name, part.slot, part.length]),
      ]),
    ).toEqual([
      [
        'first',
        34,
        [
          ['first', 0, 11],
          ['length_of', 11, 8],
          ['clamp', 19, 15],
        ],
      ],
      [
        'second',
        28,
        [
          ['second', 0, 13],
          ['clamp', 13, 15],
        ],
      ],
      [
        'fragments',
        31,
        [
          ['fragments', 0, 8],
          ['length_of', 8, 8],
          ['clamp', 16, 15],
        ],
      ],
      ['optional', 6, [['optional', 0, 6]]],
      ['on_open', 9, [['on_open', 0, 9]]],
      ['without_type', 2, [['without_type', 0, 2]]],
    ]);
  });

  test('calls reach the start of the functions they name', () => {
    const first = program('programs', 'first');
    const targets = ofKind(first, 'call-local').map(({ slot = 0, offset }) => slot + 1 + offset);
    expect(targets).toEqual([11, 19]);
  });

  test('callbacks are named relative to their lddw', () => {
    const loops = program('callbacks', 'loops');
    const callbacks = ofKind(loops, 'lddw').map(({ slot = 0, source, imm, nextImm }) => [
      source,
      slot + 1 + imm,
      nextImm,
    ]);
    expect(loops.functions.map(({ name, slot }) => [name, slot])).toEqual([
      ['loops', 0],
      ['accumulate', 18],
      ['global_callback', 24],
    ]);
    expect(callbacks).toEqual([
      ['function', 18, 0],
      ['function', 24, 0],
    ]);
  });

  test('maps are named by index, variables by index and offset', () => {
    const { maps } = link('programs');
    const second = program('programs', 'second');
    expect(
      ofKind(second, 'lddw').map(({ source, imm, nextImm }) => [source, maps[imm]?.name, nextImm]),
    ).toEqual([
      ['map-value-index', '.data.odd', 0],
      ['map-value-index', '.bss', 8],
      ['map-value-index', '.rodata', 0],
      ['map-value-index', '.data', 8],
    ]);
    const classify = program('maps', 'classify');
    const names = link('maps').maps.map(({ name }) => name);
    expect(
      ofKind(classify, 'lddw').map(({ source, imm, nextImm }) => [source, names[imm], nextImm]),
    ).toEqual([
      ['map-index', 'flows', 0],
      ['map-index', 'outer', 0],
      ['map-index', 'sizes_only', 0],
      ['map-index', 'stages', 0],
    ]);
  });

  test('line and function info move along with the code', () => {
    const { lines, functions } = program('programs', 'first');
    const byLine = (wanted: number) => lines.filter(({ line }) => line === wanted);
    expect(byLine(36).map(({ slot }) => slot)).toEqual([0]); // seen++
    expect(byLine(31).map(({ slot }) => slot)).toEqual([17, 18]); // return clamp(length)
    expect(byLine(21).map(({ slot }) => slot)).toEqual([24]); // value = limit
    expect(lines.map(({ slot }) => slot)).toEqual(
      lines.map(({ slot }) => slot).sort((x, y) => x - y),
    );
    const clamp = functions[2];
    const start = lines.find(({ slot }) => slot === clamp?.slot);
    expect(start?.text).toBe('static __attribute__((noinline)) int clamp(int value)');
    const spec = parseObject(fixture('programs', order));
    expect(functions.map(({ btfId }) => spec.btf?.type(btfId ?? 0))).toMatchObject([
      { kind: 'func', name: 'first' },
      { kind: 'func', name: 'length_of' },
      { kind: 'func', name: 'clamp' },
    ]);
  });

  test('what is weak may be missing', () => {
    const mayLack = program('callbacks', 'may_lack');
    expect(
      ofKind(mayLack, 'lddw').map(({ source, imm, nextImm }) => [source, imm, nextImm]),
    ).toEqual([
      ['imm64', 0, 0],
      ['imm64', 0, 0],
    ]);
    expect(ofKind(mayLack, 'call-helper').map(({ helper }) => helper)).toEqual([2002000000]);
  });

  test('a program that does not link leaves the others alone', () => {
    const { programs, failures } = link('externs');
    expect(programs.map(({ name }) => name)).toEqual(['by_name']);
    expect(failures.map(({ message }) => message)).toEqual([
      "address_of: instruction 0: needs the kernel variable strong_variable, but no types of the target's are given",
      "must_have: instruction 1: needs the kernel function strong_kfunc, but no types of the target's are given",
      "configured: instruction 0: needs LINUX_KERNEL_VERSION of the target's kernel configuration, which is not given",
    ]);
  });

  test('helpers may be called by name', () => {
    expect(ofKind(program('externs', 'by_name'), 'call-helper')).toMatchObject([{ helper: 8 }]);
  });

  test('a program asked for by name must link', () => {
    expect(() => link('externs', ['by_name', 'must_have'])).toThrow(LinkError);
    expect(() => link('externs', ['nowhere'])).toThrow(
      'nowhere: there is no program of that name (there are: by_name, address_of, must_have, configured)',
    );
  });

  test('a subprogram links on its own when asked for', () => {
    const clamp = program('programs', 'clamp');
    expect(clamp).toMatchObject({ type: null, section: '.text' });
    expect(clamp.code.bytes.length).toBe(15 * 8);
  });

  test('CO-RE relocations are counted with those of subprograms', () => {
    const counts = link('core').programs.map(({ name, unresolvedCoreRelocations }) => [
      name,
      unresolvedCoreRelocations,
    ]);
    expect(counts).toEqual([
      ['on_switch', 3],
      ['plain', 0],
    ]);
  });
});
