import { describe, expect, test } from 'vitest';
import {
  formatRaw,
  ObjectFormatError,
  parseBtf,
  sameShape,
  typesOfShape,
} from '../../src/index.ts';
import { buildBtf, type TypeInput } from '../btf/btf-builder.ts';

const INT: TypeInput = { name: 'int', kind: 1, sizeOrType: 4, words: [(1 << 24) | 32] };
const fwd = (name: string): TypeInput => ({ name, kind: 7 });

describe('by name', () => {
  const names = ['task', 'task___v2', 'task___v2___b', 'a___', '___a', 'x____y', 'tas', 'größe'];
  const btf = parseBtf(
    buildBtf([...names.map(fwd), { kind: 2 }, { name: 'task', kind: 8, sizeOrType: 1 }]),
  );

  test.each<[string, number[]]>([
    ['task', [1, 10]],
    ['task___v2', [2]],
    ['größe', [8]],
    ['tas', [7]],
    ['ta', []],
    ['', []],
    ['task\0', []],
  ])('%j', (name, ids) => {
    expect(btf.idsByName(name)).toEqual(ids);
  });

  test.each<[string, number[]]>([
    ['task', [1, 2, 10]],
    ['task___other', [1, 2, 10]],
    ['task___v2___other', [3]],
    ['a', []],
    ['a___', [4]],
    ['___a', [5]],
    ['x____y', [6]],
    ['x', []],
  ])('%j without flavours', (name, ids) => {
    expect(btf.idsByEssentialName(name)).toEqual(ids);
  });

  test('of a kind', () => {
    expect(btf.findByName('task')).toMatchObject({ id: 1, type: { kind: 'fwd' } });
    expect(btf.findByName('task', 'typedef')).toEqual({
      id: 10,
      type: { kind: 'typedef', name: 'task', type: 1 },
    });
    expect(btf.findByName('task', 'struct')).toBeUndefined();
    expect(btf.name(1)).toBe('task');
    expect(btf.name(9)).toBe('');
  });
});

describe.each([true, false])('split BTF, little-endian: %s', (little) => {
  const base = parseBtf(buildBtf([INT, fwd('shared')], little));
  /** Its string offsets go on after the base's, its ids after the base's. */
  const bytes = ((): Uint8Array => {
    const own = buildBtf(
      [
        { name: 'word', kind: 8, sizeOrType: 1 },
        { name: 'shared', kind: 8, sizeOrType: 3 },
        { kind: 2, sizeOrType: 4 },
      ],
      little,
    );
    const view = new DataView(own.buffer);
    const stringsOfBase = '\0int\0shared\0'.length;
    for (const name of [24, 36]) {
      view.setUint32(name, view.getUint32(name, little) + stringsOfBase, little);
    }
    return own;
  })();
  const split = parseBtf(bytes, { base });

  test('ids and strings continue those of the base', () => {
    expect(split).toMatchObject({ firstId: 3, typeCount: 6, base });
    expect(split.type(1)).toBe(base.type(1));
    expect(split.type(3)).toEqual({ kind: 'typedef', name: 'word', type: 1 });
    expect(split.kind(5)).toBe('ptr');
    expect(split.name(2)).toBe('shared');
    expect(split.byteOffset(3)).toBe(24);
  });

  test('look-ups find both, the base first', () => {
    expect(split.idsByName('shared')).toEqual([2, 4]);
    expect(split.idsByEssentialName('int___x')).toEqual([1]);
    expect(base.idsByName('word')).toEqual([]);
  });

  test('only its own types are printed', () => {
    expect(formatRaw(split)).toBe(
      "[3] TYPEDEF 'word' type_id=1\n[4] TYPEDEF 'shared' type_id=3\n[5] PTR '(anon)' type_id=4\n",
    );
  });

  test('without its base, or with one of the other byte order, it is refused', () => {
    expect(() => parseBtf(bytes)).toThrow(ObjectFormatError);
    const other = parseBtf(buildBtf([INT], !little));
    expect(() => parseBtf(bytes, { base: other })).toThrow('but its base is');
    expect(() => split.type(6)).toThrow('there is no type 6 among 6');
  });
});

describe('by shape', () => {
  const struct = (name: string, size: number, ...words: (number | string)[]): TypeInput => ({
    name,
    kind: 4,
    vlen: words.length / 3,
    sizeOrType: size,
    words,
  });
  const btf = parseBtf(
    buildBtf([
      INT, // 1
      { name: 'word', kind: 8, sizeOrType: 1 }, // 2
      struct('point', 8, 'x', 1, 0, 'y', 1, 32), // 3
      struct('vector', 8, 'x', 2, 0, 'y', 1, 32), // 4
      struct('turned', 8, 'y', 1, 0, 'x', 1, 32), // 5
      struct('short', 4, 'x', 1, 0), // 6
      struct('list', 8, 'next', 8, 0), // 7
      { kind: 2, sizeOrType: 7 }, // 8
      struct('list2', 8, 'next', 10, 0), // 9
      { kind: 2, sizeOrType: 11 }, // 10
      fwd('list'), // 11
      { name: 'alias', kind: 8, sizeOrType: 3 }, // 12
      struct('loop', 8, 'x', 13, 0), // 13
    ]),
  );

  test('names, offsets and types of members count; typedefs do not', () => {
    expect(typesOfShape(btf, { btf, id: 3 })).toEqual([3, 4]);
    expect(typesOfShape(btf, { btf, id: 12 })).toEqual([3, 4]);
    expect(sameShape(btf, 3, btf, 5)).toBe(false);
    expect(sameShape(btf, 6, btf, 3)).toBe(false);
  });

  test('pointers count by the name behind them', () => {
    expect(sameShape(btf, 7, btf, 9)).toBe(true);
  });

  test('what contains itself is refused', () => {
    expect(() => sameShape(btf, 13, btf, 13)).toThrow(ObjectFormatError);
  });
});
