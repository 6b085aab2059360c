import { describe, expect, test } from 'vitest';
import { linkObject, mapSpec, parseObject } from '../../src/index.ts';
import { BYTE_ORDERS, fixture } from './fixtures.ts';

describe.each(BYTE_ORDERS)('objects as found in the wild, %s', (order) => {
  const parse = (name: string) => parseObject(fixture(name, order));

  describe('struct_ops', () => {
    const spec = parse('struct-ops');
    const find = (name: string) => spec.maps.find((map) => map.name === name);

    test('each structure is a map of one value', () => {
      const shape = { keySize: 4, valueSize: 56, maxEntries: 1 } as const;
      const plain = spec.maps.map(({ structOps: _, btfValueTypeId, ...map }) => map);
      const struct_ops = (name: string, flags: number) => {
        const {
          structOps: _,
          btfValueTypeId: __,
          ...map
        } = mapSpec({
          name,
          type: 'struct_ops',
          ...shape,
          flags,
        });
        return map;
      };
      expect(plain).toEqual([
        struct_ops('steady', 0),
        struct_ops('linked', 0x2000),
        struct_ops('maybe', 0x2000),
      ]);
      expect(spec.btf?.type(find('steady')?.btfValueTypeId ?? 0)).toMatchObject({
        kind: 'struct',
        name: 'tcp_congestion_ops',
      });
    });

    test('members name the programs that implement them', () => {
      expect(
        spec.maps.map(({ structOps }) => [
          structOps?.type,
          structOps?.optional,
          structOps?.members.map(({ name, index, program }) => `${index} ${name}: ${program}`),
        ]),
      ).toEqual([
        [
          'tcp_congestion_ops',
          false,
          [
            '1 init: steady_init',
            '2 ssthresh: steady_ssthresh',
            '3 cong_avoid: steady_avoid',
            '4 undo_cwnd: steady_undo',
          ],
        ],
        [
          'tcp_congestion_ops',
          false,
          ['2 ssthresh: steady_ssthresh', '3 cong_avoid: steady_avoid', '4 undo_cwnd: steady_undo'],
        ],
        ['tcp_congestion_ops', true, ['4 undo_cwnd: steady_undo']],
      ]);
    });

    test('all else is initial content', () => {
      const data = find('steady')?.structOps?.data ?? new Uint8Array(0);
      expect([...data.subarray(0, 4)]).toEqual(order === 'bpfel' ? [3, 0, 0, 0] : [0, 0, 0, 3]);
      expect([...data.subarray(4, 40)]).toEqual(new Array(36).fill(0));
      expect(String.fromCharCode(...data.subarray(40, 46))).toBe('steady');
    });

    test('the programs link', () => {
      const { programs, failures } = linkObject(spec);
      expect(failures).toEqual([]);
      expect(programs.map(({ name, type, attachTarget }) => [name, type, attachTarget])).toEqual([
        ['steady_init', 'struct_ops', ''],
        ['steady_avoid', 'struct_ops', ''],
        ['steady_undo', 'struct_ops', ''],
        ['steady_ssthresh', 'struct_ops', 'steady_ssthresh'],
      ]);
    });
  });

  describe('sections, bindings and what others define', () => {
    const spec = parse('sections');

    test('each data section is a map with its alignment', () => {
      const data = spec.maps.flatMap(({ name, valueSize, globals }) =>
        globals === null
          ? []
          : [
              [
                name,
                valueSize,
                globals.readonly,
                globals.alignment,
                globals.variables.map((variable) => variable.name).join(),
              ],
            ],
      );
      expect(data).toEqual([
        ['.rodata.limits', 4, true, 4, 'threshold'],
        ['.data.totals', 24, false, 8, 'totals'],
        ['.data.wide', 64, false, 64, 'wide'],
        ['.data', 4, false, 4, 'preferred'],
        ['.bss.custom', 4, false, 4, 'zero'],
      ]);
    });

    test('static maps may stand in maps of maps', () => {
      expect(spec.maps.find(({ name }) => name === 'outer')?.initialSlots).toEqual([
        { index: 1, symbol: 'left' },
        { index: 3, symbol: 'right' },
      ]);
    });

    test('maps and variables that others may name', () => {
      expect(
        spec.globals.map(({ name, binding, map, variable }) => [
          name,
          binding,
          map,
          variable?.offset ?? null,
        ]),
      ).toEqual([
        ['outer', 'global', 'outer', null],
        ['shared', 'weak', 'shared', null],
        ['threshold', 'global', '.rodata.limits', 0],
        ['totals', 'global', '.data.totals', 0],
        ['wide', 'global', '.data.wide', 0],
        ['preferred', 'weak', '.data', 0],
        ['zero', 'global', '.bss.custom', 0],
      ]);
    });

    test('what others define', () => {
      expect(spec.externs.map(({ name, source, weak }) => [name, source, weak])).toEqual([
        ['elsewhere', 'object', false],
        ['foreign', 'object', false],
        ['foreign_function', 'object', false],
      ]);
      const [map, variable, called] = spec.externs;
      expect(map?.map).toMatchObject({ name: 'elsewhere', type: 'array', maxEntries: 8 });
      expect(spec.btf?.type(variable?.btfId ?? 0)).toMatchObject({ kind: 'var', name: 'foreign' });
      expect(spec.btf?.type(called?.btfId ?? 0)).toMatchObject({ kind: 'func' });
    });

    test('only the programs that need others fail to link', () => {
      const { programs, failures } = linkObject(spec);
      expect(programs.map(({ name }) => name)).toEqual(['uses_own']);
      expect(failures.map(({ message }) => message)).toEqual([
        'uses_foreign: instruction 0: needs the address of foreign, which the object does not define',
        'uses_foreign_map: instruction 4: needs the address of elsewhere, which the object does not define',
      ]);
    });

    test('hidden functions count as static, others keep their linkage', () => {
      expect(spec.btf?.findByName('hidden_add', 'func')?.type.linkage).toBe('static');
      expect(spec.btf?.findByName('weak_twice', 'func')?.type.linkage).toBe('global');
    });
  });

  test('legacy maps with more fields than libbpf knew', () => {
    const spec = parse('legacy-extra');
    expect(spec.maps).toEqual([
      mapSpec({ name: 'short_one', type: 'array', keySize: 4, valueSize: 12, maxEntries: 5 }),
      mapSpec({
        name: 'long_one',
        type: 'lru_hash',
        keySize: 16,
        valueSize: 24,
        maxEntries: 1000,
        flags: 2,
        pinning: 'by-name',
      }),
      mapSpec({
        name: 'hidden_one',
        type: 'percpu_array',
        keySize: 4,
        valueSize: 8,
        maxEntries: 1,
      }),
    ]);
    const { programs } = linkObject(spec);
    const maps = programs[0]?.code.instructions.flatMap((each) =>
      each.kind === 'lddw' ? [[each.source, each.imm]] : [],
    );
    expect(maps).toEqual([
      ['map-index', 0],
      ['map-index', 1],
      ['map-index', 2],
    ]);
  });

  test('objects of bpf2go: stripped, -mcpu=v1', () => {
    const spec = parse('bpf2go');
    expect(spec.endianness).toBe(order === 'bpfel' ? 'little' : 'big');
    expect(spec.license).toBe('Dual MIT/GPL');
    expect(spec.programs.map(({ name, type }) => [name, type])).toEqual([['xdp_prog_func', 'xdp']]);
    expect(spec.subprograms.map(({ name }) => name)).toEqual(['decide']);
    expect(
      spec.maps.map(({ name, type, valueSize, globals }) => [
        name,
        type,
        valueSize,
        globals?.variables.map((variable) => variable.name).join(),
      ]),
    ).toEqual([
      ['last_events', 'lru_hash', 16, undefined],
      ['.rodata', 'array', 4, 'fallback'],
      ['.bss', 'array', 16, 'dropped,unused'],
    ]);
    // The type that only the unused pointer names.
    expect(spec.btf?.findByName('event')?.type).toMatchObject({ kind: 'struct', size: 16 });
    const { programs, failures } = linkObject(spec);
    expect(failures).toEqual([]);
    expect(programs[0]?.functions.map(({ name }) => name)).toEqual(['xdp_prog_func', 'decide']);
    expect(programs[0]?.lines.some(({ text }) => text.includes('decide(event.ifindex)'))).toBe(
      true,
    );
  });

  test('instructions of ISA v4 and later', () => {
    const { programs, failures } = linkObject(parse('isa-v4'));
    expect(failures).toEqual([]);
    const found = new Set(
      programs.flatMap(({ code }) =>
        code.instructions.map((each) => {
          switch (each.kind) {
            case 'alu':
              return each.op;
            case 'endian':
              return `${each.op}${each.bits}`;
            case 'load':
              return each.signed ? `signed load ${each.size}` : 'load';
            case 'ja':
              return each.wide ? 'gotol' : 'goto';
            default:
              return each.kind;
          }
        }),
      ),
    );
    for (const wanted of [
      'sdiv',
      'smod',
      'bswap16',
      'bswap64',
      'signed load 1',
      'signed load 2',
      'gotol',
      'may-goto',
      'addr-space-cast',
    ]) {
      expect(found, wanted).toContain(wanted);
    }
  });
});
