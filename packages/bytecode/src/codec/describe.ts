import { bitFieldOf } from '../btf/bit-field.ts';
import type { Btf } from '../btf/btf.ts';
import { POINTER_SIZE, skipModifiers } from '../btf/resolve.ts';
import type { BtfMember, BtfType } from '../btf/types.ts';
import type { Endianness } from '../isa/instruction.ts';
import { arrayCodec, bytesCodec, characterBytesCodec, textCodec } from './array.ts';
import { bitFieldCodec } from './bit-field.ts';
import { type Codec, type CodecOptions, codecOf, type PartCodec } from './codec.ts';
import { UndescribableTypeError } from './errors.ts';
import { type IntegerCodec, integerCodec } from './integer.ts';
import { type Field, RecordCodec } from './record.ts';
import { boolCodec, enumCodec, floatCodec } from './scalar.ts';

/** Records and arrays within each other. */
const MAX_NESTING = 64;
/** Values in a value; unions count each of their members. */
const MAX_PARTS = 1 << 20;
/** Bytes. */
const MAX_SIZE = 1 << 28;

/** Typedefs of linux/types.h. */
const DECLARED_ORDERS: Readonly<Record<string, Endianness>> = {
  __be16: 'big',
  __be32: 'big',
  __be64: 'big',
  __le16: 'little',
  __le32: 'little',
  __le64: 'little',
};

type Of<K extends BtfType['kind']> = Extract<BtfType, { kind: K }>;

/**
 * The codec for values of a BTF type, in the byte order of the BTF.
 *
 * @typeParam T what the values look like; see Codec for the rules. Not checked.
 * @throws UndescribableTypeError for types without values, and for values that are too large (256 MiB,
 *   a million parts)
 * @throws ObjectFormatError for an id that does not exist
 */
export function describe<T = unknown>(
  btf: Btf,
  typeId: number,
  options: CodecOptions = {},
): Codec<T> {
  return codecOf<T>(new Describer(btf, options).of(typeId));
}

class Describer {
  readonly #btf: Btf;
  readonly #options: CodecOptions;
  readonly #known = new Map<number, PartCodec>();
  #depth = 0;

  constructor(btf: Btf, options: CodecOptions) {
    this.#btf = btf;
    this.#options = options;
  }

  of(typeId: number): PartCodec {
    const { id, type } = skipModifiers(this.#btf, typeId);
    const declared = this.#inDeclaredOrder(typeId, type);
    const known = declared ?? this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#depth >= MAX_NESTING) {
      throw new UndescribableTypeError(id, `it nests more than ${MAX_NESTING} types`);
    }
    this.#depth++;
    const codec = this.#describe(id, type);
    this.#depth--;
    if (codec === null) throw new UndescribableTypeError(id, `no codec for ${nameOf(type)}`);
    if (codec.size > MAX_SIZE || codec.parts > MAX_PARTS) {
      throw new UndescribableTypeError(
        id,
        `values of ${codec.size} bytes in ${codec.parts} parts are too large`,
      );
    }
    this.#known.set(id, codec);
    return codec;
  }

  #describe(id: number, type: BtfType): PartCodec | null {
    switch (type.kind) {
      case 'int': {
        // Without a record around it, an int of fewer bits than its size has is a bit-field too.
        if (type.bitOffset !== 0 || type.bits !== type.size * 8) {
          return this.#bits(id, type, type.bitOffset, type.bits);
        }
        return this.#meaning(type, this.#integer(type.size, type.encoding === 'signed'));
      }
      case 'enum':
      case 'enum64':
        return this.#meaning(type, this.#integer(type.size, type.signed));
      case 'float':
        return floatCodec(type.size, this.#btf.endianness);
      case 'ptr':
        return this.#integer(POINTER_SIZE, false);
      case 'array':
        return this.#array(id, type);
      case 'struct':
      case 'union':
        return new RecordCodec(
          type.size,
          type.members.map((member) => this.#member(id, type, member)),
          { union: type.kind === 'union', missing: this.#options.missing ?? 'refuse' },
        );
      case 'var':
        return this.of(type.type);
      case 'datasec':
        return new RecordCodec(
          type.size,
          type.variables.map(({ type: variable, offset }) =>
            this.#placed(id, type.size, this.#btf.name(variable), offset, this.of(variable)),
          ),
          { union: false, missing: this.#options.missing ?? 'refuse' },
        );
      default:
        return null;
    }
  }

  /** `__be16` and its like, which say by their names in which order their bytes are. */
  #inDeclaredOrder(typeId: number, type: BtfType): PartCodec | null {
    if (type.kind !== 'int' || type.bits !== type.size * 8 || this.#options.byteOrder === 'host') {
      return null;
    }
    for (let at = this.#btf.type(typeId); 'type' in at; at = this.#btf.type(at.type)) {
      const order = at.kind === 'typedef' ? DECLARED_ORDERS[at.name] : undefined;
      if (order !== undefined) return integerCodec(type.size, type.encoding === 'signed', order);
    }
    return null;
  }

  #integer(size: number, signed: boolean): IntegerCodec | null {
    return integerCodec(size, signed, this.#btf.endianness);
  }

  /** What the integer stands for. */
  #meaning(type: Of<'int' | 'enum' | 'enum64'>, integer: IntegerCodec | null): PartCodec | null {
    if (integer === null) return null;
    if (type.kind !== 'int') {
      return enumCodec(integer, type.values, this.#options.enums === 'name');
    }
    return type.encoding === 'bool' ? boolCodec(integer) : integer;
  }

  #array(id: number, { type, length }: Of<'array'>): PartCodec {
    const element = skipModifiers(this.#btf, type).type;
    if (element.kind === 'int' && element.size === 1 && element.bits === 8) {
      if (element.name === 'char' || element.encoding === 'char') {
        return this.#options.characters === 'bytes'
          ? characterBytesCodec(length)
          : textCodec(length);
      }
      if (element.encoding === 'unsigned') return bytesCodec(length);
    }
    const codec = arrayCodec(this.of(type), length);
    if (codec.parts > MAX_PARTS)
      throw new UndescribableTypeError(id, `${length} elements are too many`);
    return codec;
  }

  #member(id: number, record: Of<'struct' | 'union'>, member: BtfMember): Field {
    const field = bitFieldOf(this.#btf, member);
    if (field === null) {
      if (member.bitOffset % 8 !== 0) {
        throw new UndescribableTypeError(id, `member "${member.name}" begins within a byte`);
      }
      const codec = this.of(member.type);
      return this.#placed(id, record.size, member.name, member.bitOffset / 8, codec);
    }
    const { type } = skipModifiers(this.#btf, member.type);
    if (type.kind !== 'int' && type.kind !== 'enum' && type.kind !== 'enum64') {
      throw new UndescribableTypeError(id, `member "${member.name}": bits of ${nameOf(type)}`);
    }
    const codec = this.#bits(id, type, field.bitOffset % 8, field.width);
    return this.#placed(id, record.size, member.name, Math.floor(field.bitOffset / 8), codec);
  }

  #bits(
    id: number,
    type: Of<'int' | 'enum' | 'enum64'>,
    bitOffset: number,
    width: number,
  ): PartCodec {
    const first = Math.floor(bitOffset / 8);
    if (width < 1 || width > 64 || width > type.size * 8 || first > 0) {
      throw new UndescribableTypeError(id, `${width} bits of ${nameOf(type)} at ${bitOffset}`);
    }
    const signed = type.kind === 'int' ? type.encoding === 'signed' : type.signed;
    const wide = type.size >= 8;
    const bits = bitFieldCodec(bitOffset, width, signed, wide, this.#btf.endianness);
    return this.#meaning(type, bits) ?? bits;
  }

  #placed(id: number, size: number, name: string, offset: number, codec: PartCodec): Field {
    if (offset + codec.size > size) {
      throw new UndescribableTypeError(id, `member "${name}" ends after the ${size} bytes`);
    }
    // Assigned to, it would change the object's prototype.
    if (name === '__proto__') throw new UndescribableTypeError(id, 'a member called __proto__');
    return { name, offset, codec };
  }
}

function nameOf(type: BtfType): string {
  const name = 'name' in type && type.name !== '' ? ` ${type.name}` : '';
  const size = 'size' in type ? ` of ${type.size} bytes` : '';
  return `${type.kind}${name}${size}`;
}

/**
 * The codec for bytes whose type nobody tells: of 4 bytes an unsigned number, as array indices and
 * handles are; of any other size a Uint8Array.
 */
export function describeUntyped<T = unknown>(
  size: number,
  endianness: Btf['endianness'],
): Codec<T> {
  const number = size === 4 ? integerCodec(4, false, endianness) : null;
  return codecOf<T>(number ?? bytesCodec(size));
}
