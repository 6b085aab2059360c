import type { Btf } from '../btf/btf.ts';
import { sizeOfType, skipModifiers } from '../btf/resolve.ts';
import type { BtfMember, BtfType } from '../btf/types.ts';
import type { ObjectFormatError } from '../errors.ts';

const FIELD_NAMES = [
  'type',
  'max_entries',
  'map_flags',
  'map_extra',
  'numa_node',
  'key_size',
  'key',
  'value_size',
  'value',
  'values',
  'pinning',
] as const;
type FieldName = (typeof FIELD_NAMES)[number];

/** The members of one BTF-defined map, read as libbpf's macros wrote them. */
export class MapFields {
  readonly #btf: Btf;
  readonly #members = new Map<string, BtfMember>();
  readonly #fail: (what: string) => ObjectFormatError;

  /** @param fail makes the error for this map */
  constructor(btf: Btf, members: readonly BtfMember[], fail: (what: string) => ObjectFormatError) {
    this.#btf = btf;
    this.#fail = fail;
    for (const member of members) {
      if (!(FIELD_NAMES as readonly string[]).includes(member.name)) {
        throw fail(`unknown field "${member.name}"`);
      }
      if (this.#members.has(member.name)) throw fail(`two fields "${member.name}"`);
      this.#members.set(member.name, member);
    }
  }

  /** `__uint(name, n)`: a pointer to an array of n elements. 0 without the field. */
  number(field: FieldName): number {
    const pointer = this.#typeOf(field);
    if (pointer === null) return 0;
    const array = pointer.kind === 'ptr' ? this.#skip(pointer.type) : pointer;
    if (pointer.kind !== 'ptr' || array.kind !== 'array') {
      throw this.#fail(`${field} is a ${array.kind}, not a number (__uint)`);
    }
    return array.length;
  }

  /** `__ulong(name, n)`: an enum of one enumerator; or as `number`. 0 without the field. */
  long(field: FieldName): bigint {
    const type = this.#typeOf(field);
    if (type?.kind !== 'enum' && type?.kind !== 'enum64') return BigInt(this.number(field));
    const [only, second] = type.values;
    if (only === undefined || second !== undefined) {
      throw this.#fail(`${field} is an enum of ${type.values.length} values, not of one (__ulong)`);
    }
    return BigInt.asUintN(64, BigInt(only.value));
  }

  /** `__type(key, T)` or `__uint(key_size, n)`, or both where they agree. */
  typed(field: 'key' | 'value'): { readonly size: number; readonly typeId: number } {
    const said = this.number(`${field}_size`);
    const pointer = this.#typeOf(field);
    if (pointer === null) return { size: said, typeId: 0 };
    const size = pointer.kind === 'ptr' ? sizeOfType(this.#btf, pointer.type) : null;
    if (pointer.kind !== 'ptr' || size === null) {
      throw this.#fail(`${field} names no type with a size (__type)`);
    }
    if (said !== 0 && said !== size) {
      throw this.#fail(`${field}_size ${said} contradicts the ${size} bytes of ${field}`);
    }
    return { size, typeId: pointer.type };
  }

  /** `__array(values, T)`: what the elements point to, and where they begin in the definition. */
  values(): { readonly element: BtfType; readonly offset: number } | null {
    const array = this.#typeOf('values');
    const member = this.#members.get('values');
    if (array === null || member === undefined) return null;
    const pointer = array.kind === 'array' ? this.#skip(array.type) : array;
    if (array.kind !== 'array' || array.length !== 0 || pointer.kind !== 'ptr') {
      throw this.#fail('"values" is no open array of pointers (__array)');
    }
    return { element: this.#skip(pointer.type), offset: member.bitOffset >>> 3 };
  }

  #typeOf(field: FieldName): BtfType | null {
    const member = this.#members.get(field);
    return member === undefined ? null : this.#skip(member.type);
  }

  #skip(id: number): BtfType {
    return skipModifiers(this.#btf, id).type;
  }
}
