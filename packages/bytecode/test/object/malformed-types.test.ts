import { describe, expect, test } from 'vitest';
import {
  LinkError,
  linkObject,
  linkObjects,
  ObjectFormatError,
  parseObject,
} from '../../src/index.ts';
import { buildBtf, type TypeInput } from '../btf/btf-builder.ts';
import { buildObject, EXIT, type ObjectInput } from './object-builder.ts';

const KIND = {
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  FUNC: 12,
  PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
};
const EXTERN = 2;
const GLOBAL = 1;
/** Undefined symbol, global. */
const UNDEFINED = 0x10;

const INT: TypeInput = { name: 'int', kind: KIND.INT, sizeOrType: 4, words: [0x01000020] };
const variable = (name: string, type: number, linkage: number): TypeInput => ({
  name,
  kind: KIND.VAR,
  sizeOrType: type,
  words: [linkage],
});
const section = (name: string, size: number, ...variables: readonly number[]): TypeInput => ({
  name,
  kind: KIND.DATASEC,
  vlen: variables.length,
  words: variables.flatMap((type) => [type, 0, size]),
});

/** A structure of one function and one number, and what makes it: ids 1 to 4. */
const OPERATIONS: readonly TypeInput[] = [
  INT,
  { kind: KIND.PROTO, sizeOrType: 1 },
  { kind: KIND.PTR, sizeOrType: 2 },
  { name: 'ops', kind: KIND.STRUCT, vlen: 2, sizeOrType: 16, words: ['run', 3, 0, 'count', 1, 64] },
];

function operations(
  types: readonly TypeInput[],
  offset: number,
  symbol: 'program' | 'number',
): ObjectInput {
  return {
    code: { struct_ops: EXIT },
    data: { '.struct_ops': new Uint8Array(16), '.BTF': buildBtf(types) },
    symbols: [
      { name: 'program', section: 'struct_ops', size: 8 },
      { name: 'number', section: '.struct_ops', info: 0x11, size: 4 },
    ],
    relocations: { '.struct_ops': [{ offset, symbol: symbol === 'program' ? 0 : 1, type: 2 }] },
  };
}

const DECLARED = [...OPERATIONS, variable('v', 4, GLOBAL), section('.struct_ops', 16, 5)];

describe('structures of functions', () => {
  test('well-formed', () => {
    const [map] = parseObject(buildObject(operations(DECLARED, 0, 'program'))).maps;
    expect(map?.structOps?.members).toEqual([{ name: 'run', index: 0, program: 'program' }]);
  });

  test.each<[string, ObjectInput, string]>([
    [
      'without types',
      { code: { tc: EXIT }, data: { '.struct_ops': new Uint8Array(8) } },
      'no BTF describes the structures: compile with -g',
    ],
    [
      'of a number',
      operations([INT, variable('v', 1, GLOBAL), section('.struct_ops', 4, 2)], 0, 'program'),
      'v is of a int type, not of a named struct',
    ],
    [
      'larger than its section',
      operations(
        [
          ...OPERATIONS.slice(0, 3),
          { name: 'ops', kind: KIND.STRUCT, vlen: 0, sizeOrType: 17 },
          variable('v', 4, GLOBAL),
          section('.struct_ops', 17, 5),
        ],
        0,
        'program',
      ),
      'the structure v of 17 bytes at 0 lies outside',
    ],
    [
      'with a program in place of a number',
      operations(DECLARED, 8, 'program'),
      'byte 8 of v names a program, but is no function',
    ],
    [
      'with a program inside a pointer',
      operations(DECLARED, 4, 'program'),
      'byte 4 of v names a program, but is no function',
    ],
    ['with data as a program', operations(DECLARED, 0, 'number'), 'v.run names no program'],
    [
      'referred to beyond its end',
      operations(DECLARED, 16, 'program'),
      'a reference outside every structure',
    ],
  ])('refused: %s', (_, input, reason) => {
    expect(() => parseObject(buildObject(input))).toThrow(ObjectFormatError);
    expect(() => parseObject(buildObject(input))).toThrow(reason);
  });
});

describe('what others define', () => {
  const externs = (types: readonly TypeInput[], name = 'x'): ObjectInput => ({
    code: { tc: EXIT },
    data: { '.BTF': buildBtf(types) },
    symbols: [{ name, section: '', info: UNDEFINED }],
  });

  test.each<[string, TypeInput]>([
    ['a float', { name: 'float', kind: KIND.FLOAT, sizeOrType: 4 }],
    ['a struct', { name: 's', kind: KIND.STRUCT, vlen: 0, sizeOrType: 4 }],
    ['an integer of 3 bytes', { name: 'odd', kind: KIND.INT, sizeOrType: 3, words: [24] }],
    ['a bool of 4 bytes', { name: 'wide', kind: KIND.INT, sizeOrType: 4, words: [0x04000020] }],
    ['an open array', { kind: KIND.ARRAY, words: [1, 1, 0] }],
    ['an enum of another name', { name: 'e', kind: 6, vlen: 1, sizeOrType: 4, words: ['A', 0] }],
  ])('no kernel configuration value: %s', (_, type) => {
    const char = { name: 'char', kind: KIND.INT, sizeOrType: 1, words: [0x01000008] };
    const types = [char, type, variable('x', 2, EXTERN), section('.kconfig', 4, 3)];
    expect(() => parseObject(buildObject(externs(types)))).toThrow(ObjectFormatError);
    expect(() => parseObject(buildObject(externs(types)))).toThrow(
      'x has a type that no kernel configuration value has',
    );
  });

  test('configuration of more than a megabyte', () => {
    const char = { name: 'char', kind: KIND.INT, sizeOrType: 1, words: [0x01000008] };
    const array = { kind: KIND.ARRAY, words: [1, 1, 2 ** 20 + 1] };
    const types = [char, array, variable('x', 2, EXTERN), section('.kconfig', 4, 3)];
    expect(() => parseObject(buildObject(externs(types)))).toThrow(ObjectFormatError);
  });

  test('an extern map of no type', () => {
    const types = [INT, variable('x', 1, EXTERN), section('.maps', 4, 2)];
    expect(() => parseObject(buildObject(externs(types)))).toThrow(
      'map x: defined by a int, not by a struct',
    );
  });

  test('a kernel symbol whose type goes in circles', () => {
    const circle = { kind: 10, sizeOrType: 2 };
    const types = [INT, circle, variable('x', 2, EXTERN), section('.ksyms', 0, 3)];
    const object = externs(types);
    const bytes = buildObject({
      ...object,
      code: { tc: [0x18, 1, ...new Array<number>(14).fill(0), ...EXIT] },
      relocations: { tc: [{ offset: 0, symbol: 0, type: 1 }] },
    });
    expect(() => linkObject(parseObject(bytes))).toThrow(ObjectFormatError);
  });

  test('more undefined symbols than are read', () => {
    const symbols = Array.from({ length: 10_001 }, (_, index) => ({
      name: `x${index}`,
      section: '',
      info: UNDEFINED,
    }));
    expect(() => parseObject(buildObject({ code: { tc: EXIT }, symbols }))).toThrow(
      'more than 10000 undefined symbols',
    );
  });

  test('a function that is called and is a variable elsewhere', () => {
    const call = [0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff];
    const caller = parseObject(
      buildObject({
        code: { tc: [...call, ...EXIT] },
        symbols: [
          { name: 'main', section: 'tc', size: 16 },
          { name: 'x', section: '', info: UNDEFINED },
        ],
        relocations: { tc: [{ offset: 0, symbol: 1, type: 10 }] },
      }),
    );
    const definer = parseObject(
      buildObject({
        data: { '.data': new Uint8Array(8) },
        symbols: [{ name: 'x', section: '.data', info: 0x11, size: 8 }],
      }),
    );
    expect(() => linkObjects([caller, definer])).toThrow(LinkError);
    expect(() => linkObjects([caller, definer])).toThrow(
      'main: instruction 0: object 1 calls x, which is no function of object 2',
    );
  });
});
