import type { Btf } from '../btf/btf.ts';
import { skipModifiers } from '../btf/resolve.ts';
import type { BtfKind, BtfType } from '../btf/types.ts';
import { CoreFault } from './core-fault.ts';

/** MAX_RESOLVE_DEPTH of libbpf; a longer chain is a cycle in all likelihood. */
const MAX_DEPTH = 32;
const MAX_SIZE = 0xffffffff;

/** One of the two sides that are compared: the types of the object, or those of the target. */
export class CoreTypes {
  readonly btf: Btf;
  /** Bytes. */
  readonly pointerSize: number;

  constructor(btf: Btf, pointerSize: number) {
    this.btf = btf;
    this.pointerSize = pointerSize;
  }

  type(id: number): BtfType {
    return this.btf.type(id);
  }

  /** '' of anonymous types and of those that have no name. */
  name(id: number): string {
    return nameOf(this.btf.type(id));
  }

  /** The type behind typedefs, qualifiers and type tags. */
  skip(id: number): { readonly id: number; readonly type: BtfType } {
    return skipModifiers(this.btf, id);
  }

  /** The element type of an array of any dimensions; the type itself where it is no array. */
  element(id: number): number {
    let at = this.skip(id);
    for (let depth = 0; at.type.kind === 'array'; depth++) {
      if (depth === MAX_DEPTH) throw new CoreFault(`type ${id} nests more than ${depth} arrays`);
      at = this.skip(at.type.type);
    }
    return at.id;
  }

  /** Bytes of a value of that type. @throws CoreFault for types without a size */
  size(id: number): number {
    let count = 1;
    let at = id;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const type = this.btf.type(at);
      switch (type.kind) {
        case 'int':
        case 'float':
        case 'struct':
        case 'union':
        case 'enum':
        case 'enum64':
        case 'datasec':
          return this.#checked(count * type.size, id);
        case 'ptr':
          return this.#checked(count * this.pointerSize, id);
        case 'array':
          count = this.#checked(count * type.length, id);
          at = type.type;
          break;
        case 'typedef':
        case 'volatile':
        case 'const':
        case 'restrict':
        case 'type-tag':
        case 'decl-tag':
        case 'var':
          at = type.type;
          break;
        default:
          throw new CoreFault(`type ${id} has no size (it leads to ${type.kind})`);
      }
    }
    throw new CoreFault(`type ${id} leads through more than ${MAX_DEPTH} others`);
  }

  #checked(size: number, id: number): number {
    if (size > MAX_SIZE) throw new CoreFault(`type ${id} has more than ${MAX_SIZE} bytes`);
    return size;
  }
}

export function nameOf(type: BtfType): string {
  return 'name' in type ? type.name : '';
}

export function isEnum(type: BtfType): type is BtfType & { kind: 'enum' | 'enum64' } {
  return type.kind === 'enum' || type.kind === 'enum64';
}

export function isComposite(type: BtfType): type is BtfType & { kind: 'struct' | 'union' } {
  return type.kind === 'struct' || type.kind === 'union';
}

/** An enum may have become an enum64, or the other way round. */
export function sameKind(one: BtfKind, other: BtfKind): boolean {
  return enumAsOne(one) === enumAsOne(other);
}

function enumAsOne(kind: BtfKind): BtfKind {
  return kind === 'enum64' ? 'enum' : kind;
}
