import { describe, expect, test } from 'vitest';
import { type MapSpec, mapSpec, type ObjectSpec, parseObject } from '../../src/index.ts';
import { BYTE_ORDERS, fixture } from './fixtures.ts';

describe.each(BYTE_ORDERS)('%s', (order) => {
  const parse = (name: string): ObjectSpec => parseObject(fixture(name, order));
  const number = (value: number): number[] => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value, order === 'bpfel');
    return [...new Uint8Array(view.buffer)];
  };

  describe('programs', () => {
    const spec = parse('programs');

    test('licence, version and byte order', () => {
      expect(spec.license).toBe('Dual MIT/GPL');
      expect(spec.version).toBe(0x061200);
      expect(spec.endianness).toBe(order === 'bpfel' ? 'little' : 'big');
    });

    test('entry points by section, with what the section name says', () => {
      expect(
        spec.programs.map((program) => [
          program.section,
          program.name,
          program.type,
          program.attachTarget,
          program.optional,
          program.fragments,
          program.bytes.length / 8,
        ]),
      ).toEqual([
        ['xdp', 'first', 'xdp', '', false, false, 11],
        ['xdp', 'second', 'xdp', '', false, false, 13],
        ['xdp.frags', 'fragments', 'xdp', '', false, true, 8],
        ['?tc', 'optional', 'sched_cls', '', true, false, 6],
        [
          'tracepoint/syscalls/sys_enter_openat',
          'on_open',
          'tracepoint',
          'syscalls/sys_enter_openat',
          false,
          false,
          9,
        ],
        ['counts', 'without_type', null, '', false, false, 2],
      ]);
    });

    test('subprograms are the functions of .text', () => {
      expect(
        spec.subprograms.map(({ section, name, binding, bytes }) => [
          section,
          name,
          binding,
          bytes.length / 8,
        ]),
      ).toEqual([
        ['.text', 'length_of', 'global', 8],
        ['.text', 'clamp', 'local', 15],
      ]);
    });

    test('relocations speak of maps and functions', () => {
      const targets = (name: string) =>
        spec.programs.find((program) => program.name === name)?.relocations;
      expect(targets('second')).toEqual([
        { slot: 1, target: { kind: 'function', section: '.text', sectionOffset: 64 } },
        { slot: 2, target: { kind: 'map-value', map: '.data.odd', offset: 0 } },
        { slot: 6, target: { kind: 'map-value', map: '.bss', offset: 8 } },
      ]);
      expect(targets('fragments')?.[1]?.target).toEqual({
        kind: 'map-value',
        map: '.rodata',
        offset: 12,
      });
    });

    test('global variables: sections as maps, sizes and offsets filled in', () => {
      const globals = spec.maps.map(({ name, valueSize, flags, globals: data }) => [
        name,
        valueSize,
        flags,
        data?.readonly,
        data?.variables.map((variable) => [variable.name, variable.offset, variable.size]),
      ]);
      expect(globals).toEqual([
        [
          '.rodata',
          22,
          0x80,
          true,
          [
            ['limit', 0, 4],
            ['banner', 4, 8],
            ['fragments.____fmt', 12, 10],
          ],
        ],
        [
          '.data',
          16,
          0,
          false,
          [
            ['seen', 0, 8],
            ['hidden', 8, 8],
          ],
        ],
        ['.data.odd', 4, 0, false, [['odd', 0, 4]]],
        [
          '.bss',
          40,
          0,
          false,
          [
            ['last_length', 0, 4],
            ['zeroes', 8, 32],
          ],
        ],
      ]);
      const [rodata, data, , bss] = spec.maps;
      expect([...(rodata?.globals?.data ?? [])].slice(0, 4)).toEqual(number(1500));
      expect(String.fromCharCode(...(rodata?.globals?.data.subarray(4, 11) ?? []))).toBe('fixture');
      const seen = order === 'bpfel' ? [42, 0, 0, 0, 0, 0, 0, 0] : [0, 0, 0, 0, 0, 0, 0, 42];
      expect([...(data?.globals?.data.subarray(0, 8) ?? [])]).toEqual(seen);
      expect(bss?.globals?.data).toEqual(new Uint8Array(40));
    });

    test('BTF of variables and functions', () => {
      const { btf } = spec;
      const limit = spec.maps[0]?.globals?.variables[0];
      expect(btf?.type(limit?.btfId ?? 0)).toMatchObject({ kind: 'var', name: 'limit' });
      const datasec = btf?.type(spec.maps[0]?.btfValueTypeId ?? 0);
      expect(datasec).toMatchObject({ kind: 'datasec', name: '.rodata', size: 22 });
      for (const { name, btfId } of [...spec.programs, ...spec.subprograms]) {
        expect(btf?.type(btfId ?? 0)).toMatchObject({ kind: 'func', name });
      }
    });

    test('line info counts slots from the function', () => {
      const { lines } = spec.subprograms[1] ?? { lines: [] };
      expect(lines.map(({ slot, line, text }) => [slot, line, text])).toEqual([
        [0, 18, 'static __attribute__((noinline)) int clamp(int value)'],
        [1, 20, '\tif (value > (int)limit)'],
        [4, 20, '\tif (value > (int)limit)'],
        [5, 21, '\t\tvalue = limit;'],
        [6, 22, '\thidden += value;'],
        [9, 22, '\thidden += value;'],
        [14, 23, '\treturn value;'],
      ]);
      expect(lines[0]?.file).toMatch(/programs\.c$/);
    });
  });

  test('maps defined by BTF', () => {
    const { maps, btf } = parse('maps');
    const find = (name: string) => maps.find((map) => map.name === name);
    const plain = (spec: MapSpec | undefined) =>
      spec && { ...spec, btfKeyTypeId: 0, btfValueTypeId: 0 };
    const inner = { type: 'array', keySize: 4, valueSize: 8, maxEntries: 8 } as const;

    expect(plain(find('flows'))).toEqual(
      mapSpec({
        name: 'flows',
        type: 'hash',
        keySize: 16,
        valueSize: 16,
        maxEntries: 1024,
        flags: 1,
        pinning: 'by-name',
      }),
    );
    expect(btf?.type(find('flows')?.btfKeyTypeId ?? 0)).toMatchObject({ name: 'flow', size: 16 });
    expect(btf?.type(find('flows')?.btfValueTypeId ?? 0)).toMatchObject({ name: 'usage' });
    expect(find('sizes_only')).toEqual(
      mapSpec({
        name: 'sizes_only',
        type: 'percpu_array',
        keySize: 4,
        valueSize: 24,
        maxEntries: 3,
      }),
    );
    expect(find('events')).toEqual(mapSpec({ name: 'events', type: 'ringbuf', maxEntries: 4096 }));
    expect(plain(find('bloom'))).toEqual(
      mapSpec({
        name: 'bloom',
        type: 'bloom_filter',
        valueSize: 8,
        maxEntries: 100,
        mapExtra: 3n,
      }),
    );
    const outer = find('outer');
    expect(outer).toMatchObject({
      type: 'array_of_maps',
      keySize: 4,
      valueSize: 4,
      maxEntries: 4,
      initialSlots: [
        { index: 0, symbol: 'left' },
        { index: 3, symbol: 'right' },
      ],
    });
    expect(plain(outer?.inner ?? undefined)).toEqual(mapSpec({ name: 'outer.inner', ...inner }));
    expect(plain(find('left'))).toEqual(mapSpec({ name: 'left', ...inner }));
    expect(find('anonymous')).toMatchObject({
      type: 'hash_of_maps',
      keySize: 8,
      valueSize: 4,
      maxEntries: 16,
      inner: mapSpec({
        name: 'anonymous.inner',
        type: 'hash',
        keySize: 16,
        valueSize: 1,
        maxEntries: 5,
      }),
      initialSlots: [],
    });
    expect(find('stages')).toMatchObject({
      type: 'prog_array',
      valueSize: 4,
      initialSlots: [
        { index: 1, symbol: 'drop' },
        { index: 2, symbol: 'classify' },
      ],
    });
  });

  test('64-bit map attributes and NUMA nodes', () => {
    const { maps } = parse('map-extra');
    expect(maps).toEqual([
      mapSpec({ name: 'arena', type: 'arena', maxEntries: 10, flags: 1024, mapExtra: 1n << 44n }),
      mapSpec({
        name: 'remote',
        type: 'hash',
        keySize: 4,
        valueSize: 4,
        maxEntries: 2,
        flags: 4,
        numaNode: 1,
      }),
    ]);
  });

  test('legacy maps of 20, 28 and 36 bytes', () => {
    const base = { keySize: 4, valueSize: 4 };
    const sibling = { name: 'sibling', type: 'array', keySize: 4, valueSize: 16 } as const;
    const template = { name: 'template', type: 'hash', keySize: 6, valueSize: 2 } as const;
    expect(parse('legacy-maps').maps).toEqual([
      mapSpec({ ...base, name: 'plain', type: 'hash', valueSize: 8, maxEntries: 100, flags: 1 }),
      mapSpec({ ...sibling, maxEntries: 2 }),
      mapSpec({
        name: 'numa',
        type: 'hash',
        keySize: 8,
        valueSize: 8,
        maxEntries: 10,
        flags: 4,
        numaNode: 1,
      }),
      mapSpec({
        ...base,
        name: 'nested',
        type: 'array_of_maps',
        maxEntries: 6,
        inner: mapSpec({ ...sibling, maxEntries: 2 }),
      }),
      mapSpec({ ...base, name: 'pinned', type: 'array', maxEntries: 1, pinning: 'by-name' }),
      mapSpec({ ...base, name: 'jumps', type: 'prog_array', maxEntries: 8 }),
      mapSpec({ ...template, maxEntries: 64, pinning: 'by-name' }),
      mapSpec({
        ...base,
        name: 'holder',
        type: 'hash_of_maps',
        maxEntries: 3,
        inner: mapSpec({ ...template, maxEntries: 64 }),
        initialSlots: [{ index: 1, symbol: 'template' }],
      }),
    ]);
  });

  test('CO-RE relocations are read as they stand', () => {
    const { coreRelocations, btf } = parse('core');
    const nameOf = (id: number) => {
      const type = btf?.type(id);
      return type?.kind === 'struct' ? type.name : type?.kind;
    };
    expect(
      coreRelocations.map(({ section, sectionOffset, typeId, access, kind }) => [
        section,
        sectionOffset,
        nameOf(typeId),
        access,
        kind,
      ]),
    ).toEqual([
      ['raw_tp/sched_switch', 24, 'task_struct', '0:0', 0],
      ['raw_tp/sched_switch', 112, 'task_struct', '0:0', 2],
      ['.text', 24, 'task_struct', '0:1', 0],
    ]);
  });

  test('references to what the object lacks', () => {
    const { programs } = parse('externs');
    expect(programs.flatMap(({ relocations }) => relocations.map(({ target }) => target))).toEqual([
      { kind: 'extern', name: 'bpf_get_smp_processor_id', weak: false },
      { kind: 'extern', name: 'strong_variable', weak: false },
      { kind: 'extern', name: 'strong_kfunc', weak: false },
      { kind: 'extern', name: 'LINUX_KERNEL_VERSION', weak: false },
    ]);
  });
});

test("the spec shares no bytes with the caller's buffer, whatever its class", () => {
  const file = Buffer.from(fixture('programs'));
  const spec = parseObject(file);
  const before = spec.programs.map(({ bytes }) => bytes.slice());
  const rodata = spec.maps[0]?.globals?.data.slice();
  file.fill(0xff);
  expect(spec.programs.map(({ bytes }) => bytes)).toEqual(before);
  expect(spec.maps[0]?.globals?.data).toEqual(rodata);
});
