import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatJson, formatRaw, parseBtf } from '../../src/index.ts';
import { buildBtf, type TypeInput } from '../btf/btf-builder.ts';

const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

const TYPES: readonly TypeInput[] = [
  { name: 'int', kind: 1, sizeOrType: 4, words: [(1 << 24) | 32] },
  { kind: 3, words: [1, 1, 5] },
  {
    name: 'bits',
    kind: 4,
    vlen: 2,
    flag: true,
    sizeOrType: 4,
    words: ['b', 1, (3 << 24) | 5, '', 1, 8],
  },
  { name: 'colour', kind: 6, vlen: 1, flag: true, sizeOrType: 4, words: ['none', -1] },
  { name: 'later', kind: 7, flag: true },
  { kind: 13, vlen: 2, sizeOrType: 1, words: ['n', 1, '', 0] },
  { name: 'work', kind: 12, vlen: 2, sizeOrType: 6 },
  { name: 'count', kind: 14, sizeOrType: 1, words: [1] },
  { name: '.data', kind: 15, vlen: 1, sizeOrType: 4, words: [8, 0, 4] },
  { name: 'double', kind: 16, sizeOrType: 8 },
  { name: 'tag', kind: 17, sizeOrType: 3, words: [-1] },
  { name: 'user', kind: 18, sizeOrType: 1 },
  { name: 'big', kind: 19, vlen: 1, sizeOrType: 8, words: ['max', 0xffffffff, 1] },
  {
    name: 'low',
    kind: 19,
    vlen: 2,
    flag: true,
    sizeOrType: 8,
    words: ['min', -2, -1, 'one', 1, 0],
  },
];

test('text, in the format of bpftool', () => {
  expect(formatRaw(parseBtf(buildBtf(TYPES)))).toBe(`\
[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=5
[3] STRUCT 'bits' size=4 vlen=2
	'b' type_id=1 bits_offset=5 bitfield_size=3
	'(anon)' type_id=1 bits_offset=8
[4] ENUM 'colour' encoding=SIGNED size=4 vlen=1
	'none' val=-1
[5] FWD 'later' fwd_kind=union
[6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2
	'n' type_id=1
	'(anon)' type_id=0
[7] FUNC 'work' type_id=6 linkage=extern
[8] VAR 'count' type_id=1, linkage=global
[9] DATASEC '.data' size=4 vlen=1
	type_id=8 offset=0 size=4 (VAR 'count')
[10] FLOAT 'double' size=8
[11] DECL_TAG 'tag' type_id=3 component_idx=-1
[12] TYPE_TAG 'user' type_id=1
[13] ENUM64 'big' encoding=UNSIGNED size=8 vlen=1
	'max' val=8589934591ULL
[14] ENUM64 'low' encoding=SIGNED size=8 vlen=2
	'min' val=-2LL
	'one' val=1LL
`);
});

test('JSON, in the shape of bpftool', () => {
  const text = formatJson(parseBtf(buildBtf(TYPES)), { types: [3, 4, 6, 13] });
  expect(JSON.parse(text)).toEqual({
    types: [
      {
        id: 3,
        kind: 'STRUCT',
        name: 'bits',
        size: 4,
        vlen: 2,
        members: [
          { name: 'b', type_id: 1, bits_offset: 5, bitfield_size: 3 },
          { name: '(anon)', type_id: 1, bits_offset: 8 },
        ],
      },
      {
        id: 4,
        kind: 'ENUM',
        name: 'colour',
        encoding: 'SIGNED',
        size: 4,
        vlen: 1,
        values: [{ name: 'none', val: -1 }],
      },
      {
        id: 6,
        kind: 'FUNC_PROTO',
        name: '(anon)',
        ret_type_id: 1,
        vlen: 2,
        params: [
          { name: 'n', type_id: 1 },
          { name: '(anon)', type_id: 0 },
        ],
      },
      {
        id: 13,
        kind: 'ENUM64',
        name: 'big',
        encoding: 'UNSIGNED',
        size: 8,
        vlen: 1,
        values: [{ name: 'max', val: 8589934591 }],
      },
    ],
  });
  expect(text).toContain('"val":8589934591}');
});

test('the running kernel: equal to what bpftool prints, byte for byte', { timeout: 60_000 }, ({
  skip,
}) => {
  if (!existsSync(KERNEL_BTF)) return skip(`there is no ${KERNEL_BTF}`);
  const args = ['btf', 'dump', 'file', KERNEL_BTF];
  const bpftool = spawnSync('bpftool', args, { maxBuffer: 1 << 28 });
  if (bpftool.status !== 0) return skip('bpftool is not installed');
  const text = formatRaw(parseBtf(readFileSync(KERNEL_BTF)));
  // Not toBe: a difference between texts of 12 MB takes minutes to print.
  expect(Buffer.from(text).equals(bpftool.stdout)).toBe(true);
});
