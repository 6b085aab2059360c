import type { ByteReader } from '../elf/byte-reader.ts';
import type { StringTable } from '../elf/string-table.ts';
import { InternalError } from '../errors.ts';
import { BTF_KINDS } from './kinds.ts';
import type { BtfType } from './types.ts';

/** BTF_INT_SIGNED, BTF_INT_CHAR, BTF_INT_BOOL: bits of an int's encoding. */
const INT_ENCODINGS = { 1: 'signed', 2: 'char', 4: 'bool' } as const;

/**
 * Decodes the type at `at`. What all types begin with:
 *
 *     word 0  name        offset in the string section
 *     word 1  info        bit 31 kind flag | bits 24-28 kind | bits 0-15 vlen, number of entries
 *     word 2  size or type id
 */
export function decodeType(types: ByteReader, at: number, strings: StringTable): BtfType {
  const name = strings.at(types.u32(at));
  const info = types.u32(at + 4);
  const flag = info >>> 31 === 1;
  const sizeOrType = types.u32(at + 8);
  const body = at + 12;
  const layout = BTF_KINDS[(info >>> 24) & 31];
  const entries = <T>(read: (entry: number) => T): T[] =>
    Array.from({ length: info & 0xffff }, (_, i) => read(body + i * (layout?.entry ?? 0)));
  const linkage = (value: number): 'static' | 'global' | 'extern' =>
    value === 0 ? 'static' : value === 2 ? 'extern' : 'global';

  switch (layout?.kind) {
    case 'int': {
      const word = types.u32(body);
      const encoding = (word >>> 24) & 15;
      return {
        kind: 'int',
        name,
        size: sizeOrType,
        bits: word & 0xff,
        bitOffset: (word >>> 16) & 0xff,
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
        type: types.u32(body),
        indexType: types.u32(body + 4),
        length: types.u32(body + 8),
      };
    case 'struct':
    case 'union':
      return {
        kind: layout.kind,
        name,
        size: sizeOrType,
        members: entries((entry) => {
          const offset = types.u32(entry + 8);
          return {
            name: strings.at(types.u32(entry)),
            type: types.u32(entry + 4),
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
          name: strings.at(types.u32(entry)),
          value: flag ? types.i32(entry + 4) : types.u32(entry + 4),
        })),
      };
    case 'enum64':
      return {
        kind: 'enum64',
        name,
        size: sizeOrType,
        signed: flag,
        values: entries((entry) => {
          const value = (BigInt(types.u32(entry + 8)) << 32n) | BigInt(types.u32(entry + 4));
          return {
            name: strings.at(types.u32(entry)),
            value: flag ? BigInt.asIntN(64, value) : value,
          };
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
        parameters: entries((entry) => ({
          name: strings.at(types.u32(entry)),
          type: types.u32(entry + 4),
        })),
      };
    case 'var':
      return { kind: 'var', name, type: sizeOrType, linkage: linkage(types.u32(body)) };
    case 'datasec':
      return {
        kind: 'datasec',
        name,
        size: sizeOrType,
        variables: entries((entry) => ({
          type: types.u32(entry),
          offset: types.u32(entry + 4),
          size: types.u32(entry + 8),
        })),
      };
    case 'decl-tag':
      return { kind: 'decl-tag', name, type: sizeOrType, component: types.i32(body) };
    default:
      throw new InternalError(`BTF type at ${at} was not checked`);
  }
}
