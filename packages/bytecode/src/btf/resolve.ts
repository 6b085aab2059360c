import { ObjectFormatError } from '../errors.ts';
import type { Btf } from './btf.ts';
import type { BtfType } from './types.ts';

/** MAX_RESOLVE_DEPTH of the kernel and of libbpf; a longer chain is a cycle in all likelihood. */
const MAX_DEPTH = 32;

/** The type behind typedefs, qualifiers and type tags. */
export function skipModifiers(
  btf: Btf,
  id: number,
): { readonly id: number; readonly type: BtfType } {
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btf.type(at);
    switch (type.kind) {
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type-tag':
        at = type.type;
        break;
      default:
        return { id: at, type };
    }
  }
  throw new ObjectFormatError(`type ${id} leads through more than ${MAX_DEPTH} others`, '.BTF');
}

/** Bytes of a pointer in BPF programs. */
export const POINTER_SIZE = 8;

/** Size of a value of that type, bytes; null for types without one (void, functions, fwd). */
export function sizeOfType(btf: Btf, id: number): number | null {
  let factor = 1;
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = skipModifiers(btf, at).type;
    switch (type.kind) {
      case 'array':
        factor *= type.length;
        at = type.type;
        break;
      case 'var':
        at = type.type;
        break;
      case 'ptr':
        return checkedSize(factor * POINTER_SIZE, id);
      case 'int':
      case 'float':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'datasec':
        return checkedSize(factor * type.size, id);
      default:
        return null;
    }
  }
  throw new ObjectFormatError(`type ${id} nests more than ${MAX_DEPTH} arrays`, '.BTF');
}

function checkedSize(size: number, id: number): number {
  if (size > 0xffffffff) throw new ObjectFormatError(`type ${id} has ${size} bytes`, '.BTF');
  return size;
}
