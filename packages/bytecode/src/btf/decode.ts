import { InternalError } from '../errors.ts';
import { COMMON_WORDS, layoutOf } from './kinds.ts';
import type { BtfStrings } from './strings.ts';
import type { BtfType } from './types.ts';

/** BTF_INT_SIGNED, BTF_INT_CHAR, BTF_INT_BOOL: bits of an int's encoding. */
const INT_ENCODINGS = { 1: 'signed', 2: 'char', 4: 'bool' } as const;

/**
 * Decodes the type at word `at` of checked types. What all types begin with:
 *
 *     word 0  name        offset in the string section
 *     word 1  info        bit 31 kind flag | bits 24-28 kind | bits 0-15 vlen, number of entries
 *     word 2  size or type id
 */
export function decodeType(words: Uint32Array, at: number, strings: BtfStrings): BtfType {
  const word = (index: number): number => words[index] as number;
  const text = (index: number): string => strings.at(word(index));
  const name = text(at);
  const info = word(at + 1);
  const flag = info >>> 31 === 1;
  const sizeOrType = word(at + 2);
  const body = at + COMMON_WORDS;
  const layout = layoutOf(info);
  const entries = <T>(read: (entry: number) => T): T[] => {
    const list: T[] = [];
    const count = info & 0xffff;
    for (let i = 0; i < count; i++) list.push(read(body + i * (layout?.entry ?? 0)));
    return list;
  };
  const linkage = (value: number): 'static' | 'global' | 'extern' =>
    value === 0 ? 'static' : value === 2 ? 'extern' : 'global';

  switch (layout?.kind) {
    case 'int': {
      const encoding = (word(body) >>> 24) & 15;
      return {
        kind: 'int',
        name,
        size: sizeOrType,
        bits: word(body) & 0xff,
        bitOffset: (word(body) >>> 16) & 0xff,
        encoding: INT_ENCODINGS[encoding as keyof typeof INT_ENCODINGS] ?? 'unsigned',
      };
    }
    case 'float':
      return { kind: 'float', name, size: sizeOrType };
    case 'ptr':
      return { kind: 'ptr', type: sizeOrType };
    case 'array':
      return {
        kind: 'array',
        type: word(body),
        indexType: word(body + 1),
        length: word(body + 2),
      };
    case 'struct':
    case 'union':
      return {
        kind: layout.kind,
        name,
        size: sizeOrType,
        members: entries((entry) => {
          const offset = word(entry + 2);
          return {
            name: text(entry),
            type: word(entry + 1),
            bitOffset: flag ? offset & 0xffffff : offset,
            bitfieldSize: flag ? offset >>> 24 : 0,
          };
        }),
      };
    case 'enum':
      return {
        kind: 'enum',
        name,
        size: sizeOrType,
        signed: flag,
        values: entries((entry) => ({
          name: text(entry),
          value: flag ? word(entry + 1) | 0 : word(entry + 1),
        })),
      };
    case 'enum64':
      return {
        kind: 'enum64',
        name,
        size: sizeOrType,
        signed: flag,
        values: entries((entry) => {
          const value = (BigInt(word(entry + 2)) << 32n) | BigInt(word(entry + 1));
          return { name: text(entry), value: flag ? BigInt.asIntN(64, value) : value };
        }),
      };
    case 'fwd':
      return { kind: 'fwd', name, of: flag ? 'union' : 'struct' };
    case 'typedef':
    case 'type-tag':
      return { kind: layout.kind, name, type: sizeOrType };
    case 'volatile':
    case 'const':
    case 'restrict':
      return { kind: layout.kind, type: sizeOrType };
    case 'func':
      return { kind: 'func', name, type: sizeOrType, linkage: linkage(info & 0xffff) };
    case 'func-proto':
      return {
        kind: 'func-proto',
        returns: sizeOrType,
        parameters: entries((entry) => ({ name: text(entry), type: word(entry + 1) })),
      };
    case 'var':
      return { kind: 'var', name, type: sizeOrType, linkage: linkage(word(body)) };
    case 'datasec':
      return {
        kind: 'datasec',
        name,
        size: sizeOrType,
        variables: entries((entry) => ({
          type: word(entry),
          offset: word(entry + 1),
          size: word(entry + 2),
        })),
      };
    case 'decl-tag':
      return { kind: 'decl-tag', name, type: sizeOrType, component: word(body) | 0 };
    default:
      throw new InternalError(`BTF type at word ${at} was not checked`);
  }
}
