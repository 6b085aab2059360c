import { describe, expect, test } from 'vitest';
import { formatC, ObjectFormatError, parseBtf } from '../../src/index.ts';
import { buildBtf, type TypeInput } from '../btf/btf-builder.ts';

const INT: TypeInput = { name: 'int', kind: 1, sizeOrType: 4, words: [(1 << 24) | 32] };
const struct = (name: string, size: number, ...words: (number | string)[]): TypeInput => ({
  name,
  kind: 4,
  vlen: words.length / 3,
  sizeOrType: size,
  words,
});

/** What stands between the guards, one line per definition. */
function definitions(types: readonly TypeInput[], only?: readonly number[]): readonly string[] {
  const btf = parseBtf(buildBtf(types));
  const text = formatC(btf, only === undefined ? {} : { types: only });
  const [, body = ''] = text.split('apply_to = record)\n#endif\n');
  const [inner = ''] = body.split('#ifndef');
  return inner
    .split(';\n\n')
    .map((definition) => definition.trim().replaceAll(/\s+/g, ' '))
    .filter((definition) => definition !== '');
}

describe('names', () => {
  test('types of one name are told apart by flavours', () => {
    expect(definitions([INT, struct('s', 4, 'a', 1, 0), struct('s', 4, 'b', 1, 0)])).toEqual([
      'struct s { int a; }',
      'struct s___2 { int b; }',
    ]);
  });

  test('tags and typedefs do not collide, enumerators and typedefs do', () => {
    expect(
      definitions([
        INT,
        struct('s', 4, 'a', 1, 0),
        { name: 's', kind: 8, sizeOrType: 2 },
        { name: 'e', kind: 6, vlen: 1, sizeOrType: 4, words: ['s', 0] },
      ]),
    ).toEqual(['struct s { int a; }', 'typedef struct s s', 'enum e { s___2 = 0, }']);
  });

  test('a forward declaration is that of the struct of its name', () => {
    expect(
      definitions([
        INT,
        { kind: 2, sizeOrType: 5 },
        struct('user', 8, 'p', 2, 0),
        struct('s', 4, 'a', 1, 0),
        { name: 's', kind: 7 },
      ]),
    ).toEqual(['struct s', 'struct user { struct s *p; }', 'struct s { int a; }']);
  });

  test('what is no identifier of C becomes one', () => {
    expect(
      definitions([
        INT,
        struct('Vec<u8>', 8, 'int', 1, 0, '0', 1, 32),
        struct('a*/b', 4, 'x', 1, 0),
      ]),
    ).toEqual(['struct Vec_u8_ { int int_; int _0; }', 'struct a__b { int x; }']);
  });

  test('integers of other languages are spelled in C', () => {
    const u32: TypeInput = { name: 'u32', kind: 1, sizeOrType: 4, words: [32] };
    expect(definitions([u32, struct('s', 4, 'a', 1, 0)])).toEqual(['struct s { unsigned int a; }']);
  });
});

describe('order', () => {
  test('with a selection: these and what they need', () => {
    const types = [
      INT,
      struct('a', 4, 'x', 1, 0),
      struct('b', 4, 'a', 2, 0),
      struct('c', 4, 'x', 1, 0),
    ];
    expect(definitions(types, [3])).toEqual(['struct a { int x; }', 'struct b { struct a a; }']);
  });

  test('anonymous enums stand where they are used, the others on their own', () => {
    const value = (name: string): TypeInput => ({
      kind: 6,
      vlen: 1,
      sizeOrType: 4,
      words: [name, 0],
    });
    expect(definitions([value('ALONE'), value('USED'), struct('s', 4, 'e', 2, 0)])).toEqual([
      'enum { ALONE = 0, }',
      'struct s { enum { USED = 0, } e; }',
    ]);
  });

  test('structs that parameters name are declared outside the list', () => {
    expect(
      definitions([
        struct('s', 8, 'f', 2, 0),
        { kind: 2, sizeOrType: 3 },
        { kind: 13, vlen: 1, sizeOrType: 0, words: ['self', 4] },
        { kind: 2, sizeOrType: 1 },
      ]),
    ).toEqual(['struct s', 'struct s { void (*f)(struct s *self); }']);
  });
});

describe('records that C cannot say', () => {
  test('members that overlap become bytes', () => {
    expect(definitions([INT, struct('s', 6, 'a', 1, 0, 'b', 1, 16)])).toEqual([
      'struct s { unsigned char __overlapping_members[6]; } __attribute__((packed))',
    ]);
  });

  const through = (kind: number, to: number): TypeInput => ({ kind, sizeOrType: to });
  test.each<[string, readonly TypeInput[]]>([
    ['a struct in itself', [struct('s', 4, 'a', 1, 0)]],
    [
      'an anonymous struct in itself by pointer',
      [struct('', 8, 'a', 2, 0), through(2, 1), struct('s', 8, 'x', 1, 0)],
    ],
    ['two structs in each other', [struct('s', 4, 'a', 2, 0), struct('t', 4, 'b', 1, 0)]],
    ['a typedef of itself', [{ name: 't', kind: 8, sizeOrType: 1 }]],
    ['a typedef of a pointer to itself', [{ name: 't', kind: 8, sizeOrType: 2 }, through(2, 1)]],
    ['a pointer to itself', [through(2, 1), struct('s', 8, 'p', 1, 0)]],
    ['an array of itself', [{ kind: 3, words: [1, 1, 1] }, struct('s', 8, 'p', 1, 0)]],
    ['qualifiers in a circle', [through(9, 2), through(10, 1), struct('s', 8, 'p', 1, 0)]],
    ['a member that is a section', [{ name: 'd', kind: 15 }, struct('s', 8, 'p', 1, 0)]],
    [
      'an int of three bytes',
      [{ name: 'x', kind: 1, sizeOrType: 3, words: [24] }, struct('s', 3, 'p', 1, 0)],
    ],
  ])('refused: %s', (_, types) => {
    expect(() => formatC(parseBtf(buildBtf(types)))).toThrow(ObjectFormatError);
  });

  test('anonymous types that double with each level are refused before they fill the memory', () => {
    const levels = Array.from({ length: 60 }, (_, level) =>
      level === 0
        ? INT
        : { ...struct('', 4, `a${level}`, level, 0, `b${level}`, level, 0), kind: 5 },
    );
    expect(() =>
      formatC(parseBtf(buildBtf([...levels, { name: 'all', kind: 8, sizeOrType: 60 }]))),
    ).toThrow(ObjectFormatError);
  }, 60_000);
});
