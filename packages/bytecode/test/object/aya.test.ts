import { describe, expect, test } from 'vitest';
import { linkObject, mapSpec, parseObject } from '../../src/index.ts';
import { buildBtf, type TypeInput } from '../btf/btf-builder.ts';
import { concat } from '../elf/elf-builder.ts';
import { buildObject, EXIT } from './object-builder.ts';

/** Symbols: a global variable, a global function, a local function, a section. */
const [OBJECT, FUNCTION, LOCAL_FUNCTION, SECTION] = [0x11, 0x12, 0x02, 0x03];
const LDDW = [0x18, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const LOAD_BYTE = [0x71, 0x11, 0, 0, 0, 0, 0, 0];
const CALL = [0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff];

/** struct bpf_map_def of Aya: type, key, value, entries, flags, id, pinning. */
function definition(...words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from({ length: 7 }, (_, i) => words[i] ?? 0).buffer);
}

describe("Aya's objects", () => {
  /** As bpf-linker leaves it: memory functions in .text, anonymous constants by section symbol. */
  const object = parseObject(
    buildObject({
      code: {
        '.text': [...EXIT, ...EXIT],
        xdp: [...LDDW, ...LDDW, ...LOAD_BYTE, ...LDDW, ...LOAD_BYTE, ...CALL, ...EXIT],
        'kprobe/tcp_connect': EXIT,
        classifier: EXIT,
        'cgroup_skb/egress': EXIT,
      },
      data: {
        maps: concat([
          definition(1, 4, 8, 1024),
          definition(27, 0, 0, 1 << 17),
          definition(6, 4, 64, 1, 0, 0, 1),
        ]),
        '.rodata': Uint8Array.of(0xff, 7, 8, 9),
        '.rodata..L__unnamed_1': Uint8Array.from(Buffer.from('received a packet')),
        '.bss': new Uint8Array(8),
        license: Uint8Array.from(Buffer.from('Dual MIT/GPL\0')),
      },
      symbols: [
        { name: 'memcpy', section: '.text', info: LOCAL_FUNCTION, size: 8 },
        { name: 'memset', section: '.text', info: FUNCTION, value: 8, size: 8 },
        { name: 'firewall', section: 'xdp', info: FUNCTION, size: 80 },
        { name: 'connect', section: 'kprobe/tcp_connect', size: 8 },
        { name: 'tc_filter', section: 'classifier', size: 8 },
        { name: 'egress', section: 'cgroup_skb/egress', size: 8 },
        { name: 'BLOCKLIST', section: 'maps', info: OBJECT, size: 28 },
        { name: 'AYA_LOGS', section: 'maps', info: OBJECT, value: 28, size: 28 },
        { name: 'STATE', section: 'maps', info: OBJECT, value: 56, size: 28 },
        { name: 'AYA_LOG_LEVEL', section: '.rodata', info: OBJECT, size: 1 },
        { name: '', section: '.rodata..L__unnamed_1', info: SECTION },
        {
          name: '_ZN8firewall7COUNTER17h0123456789abcdefE',
          section: '.bss',
          info: OBJECT,
          size: 8,
        },
      ],
      relocations: {
        xdp: [
          { offset: 0, symbol: 7, type: 1 },
          { offset: 16, symbol: 9, type: 1 },
          { offset: 40, symbol: 10, type: 1 },
          { offset: 64, symbol: 1, type: 10 },
        ],
      },
    }),
  );

  test('maps of 28 bytes, several in a section', () => {
    expect(object.maps.slice(0, 3)).toEqual([
      mapSpec({ name: 'BLOCKLIST', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 1024 }),
      mapSpec({ name: 'AYA_LOGS', type: 'ringbuf', maxEntries: 1 << 17 }),
      mapSpec({
        name: 'STATE',
        type: 'percpu_array',
        keySize: 4,
        valueSize: 64,
        maxEntries: 1,
        pinning: 'by-name',
      }),
    ]);
  });

  test('constants and variables by symbol, without types', () => {
    const data = object.maps
      .slice(3)
      .map(({ name, flags, globals }) => [
        name,
        flags,
        globals?.variables.map((variable) => `${variable.name}@${variable.offset}`),
      ]);
    expect(data).toEqual([
      ['.rodata', 0x80, ['AYA_LOG_LEVEL@0']],
      ['.rodata..L__unnamed_1', 0x80, []],
      ['.bss', 0, ['_ZN8firewall7COUNTER17h0123456789abcdefE@0']],
    ]);
  });

  test('programs by the sections that its macros write', () => {
    expect(object.license).toBe('Dual MIT/GPL');
    expect(
      object.programs.map(({ name, type, attachType, attachTarget }) => [
        name,
        type,
        attachType,
        attachTarget,
      ]),
    ).toEqual([
      ['firewall', 'xdp', 'xdp', ''],
      ['connect', 'kprobe', null, 'tcp_connect'],
      ['tc_filter', 'sched_cls', null, ''],
      ['egress', 'cgroup_skb', 'cgroup_inet_egress', ''],
    ]);
  });

  test('what they name is found', () => {
    const { programs, failures, maps } = linkObject(object);
    expect(failures).toEqual([]);
    const [firewall] = programs;
    expect(firewall?.functions.map(({ name }) => name)).toEqual(['firewall', 'memset']);
    expect(
      firewall?.code.instructions.flatMap((each) =>
        each.kind === 'lddw' ? [`${each.source} ${maps[each.imm]?.name}`] : [],
      ),
    ).toEqual([
      'map-index AYA_LOGS',
      'map-value-index .rodata',
      'map-value-index .rodata..L__unnamed_1',
    ]);
  });
});

/** Kinds of BTF. */
const KIND = { INT: 1, PTR: 2, ARRAY: 3, STRUCT: 4, VAR: 14, DATASEC: 15 };

describe('maps that Aya defines by BTF', () => {
  const integer = (name: string, size: number): TypeInput => ({
    name,
    kind: KIND.INT,
    sizeOrType: size,
    words: [size * 8],
  });
  const pointer = (to: number): TypeInput => ({ kind: KIND.PTR, sizeOrType: to });
  const array = (of: number, length: number): TypeInput => ({
    kind: KIND.ARRAY,
    words: [of, 1, length],
  });
  const members = (...list: readonly (readonly [string, number])[]): readonly (string | number)[] =>
    list.flatMap(([name, type], index) => [name, type, index * 64]);

  test('structures of Rust with generic names', () => {
    const types: readonly TypeInput[] = [
      integer('i32', 4),
      integer('u32', 4),
      integer('u64', 8),
      // `()`, which has no bytes.
      { name: '()', kind: KIND.INT, sizeOrType: 0, words: [0] },
      array(1, 1),
      pointer(5),
      pointer(2),
      pointer(3),
      array(1, 1024),
      pointer(9),
      array(1, 0),
      pointer(11),
      {
        name: 'HashMap<u32, u64, 1024, 0>',
        kind: KIND.STRUCT,
        vlen: 5,
        sizeOrType: 40,
        words: members(
          ['type', 6],
          ['key', 7],
          ['value', 8],
          ['max_entries', 10],
          ['map_flags', 12],
        ),
      },
      { name: 'FLOWS', kind: KIND.VAR, sizeOrType: 13, words: [1] },
      array(1, 27),
      pointer(15),
      pointer(4),
      array(1, 4096),
      pointer(18),
      {
        name: 'RingBuf<(), 4096, 0>',
        kind: KIND.STRUCT,
        vlen: 5,
        sizeOrType: 40,
        words: members(
          ['type', 16],
          ['key', 17],
          ['value', 17],
          ['max_entries', 19],
          ['map_flags', 12],
        ),
      },
      { name: 'EVENTS', kind: KIND.VAR, sizeOrType: 20, words: [1] },
      {
        name: '.maps',
        kind: KIND.DATASEC,
        vlen: 2,
        words: [14, 0, 40, 21, 0, 40],
      },
    ];
    const { maps } = parseObject(
      buildObject({
        code: { xdp: EXIT },
        data: { '.maps': new Uint8Array(80), '.BTF': buildBtf(types) },
        symbols: [
          { name: 'FLOWS', section: '.maps', info: OBJECT, size: 40 },
          { name: 'EVENTS', section: '.maps', info: OBJECT, value: 40, size: 40 },
        ],
      }),
    );
    expect(maps).toMatchObject([
      { name: 'FLOWS', type: 'hash', keySize: 4, valueSize: 8, maxEntries: 1024, flags: 0 },
      { name: 'EVENTS', type: 'ringbuf', keySize: 0, valueSize: 0, maxEntries: 4096 },
    ]);
  });
});
