import { ValueError } from './errors.ts';

/**
 * Reads and writes values of one BTF type.
 *
 *     integers                  number; bigint from 8 bytes on, and pointers
 *     __be16, __be32, ...       the number that stands there in network byte order: port 80 is 80
 *     bool                      boolean
 *     float, double             number
 *     enums                     number (bigint from 8 bytes on), or the name: see CodecOptions
 *     arrays of char            string up to the first NUL, or Uint8Array: see CodecOptions
 *     arrays of unsigned char   Uint8Array
 *     other arrays              array
 *     structs                   object by member; members of anonymous structs and unions belong to it
 *     unions                    object with every member, each read from the same bytes
 *     data sections             object by variable
 */
export interface Codec<T = unknown> {
  /** Bytes of a value. */
  readonly size: number;
  /**
   * Reads the value at `offset`. Objects, arrays and byte arrays of `into` are filled again in place of
   * making new ones; then only strings and bigints are allocated.
   *
   * @throws ValueError where fewer than `size` bytes are left
   */
  read(view: DataView, offset: number, into?: T): T;
  /**
   * Writes the value at `offset`; bytes between members become 0. Numbers are taken for bigints where
   * exact, names for enumerators. Every member of a struct must be there, and at least one of a union;
   * if there are several, they must agree on the bytes they share.
   *
   * @throws ValueError names the member; the bytes at `offset` are then undefined
   */
  write(value: T, view: DataView, offset: number): void;
  /** @throws ValueError */
  encode(value: T): Uint8Array;
  /** Reads the value that the bytes begin with. @throws ValueError */
  decode(bytes: Uint8Array): T;
}

export interface CodecOptions {
  /** How enums are read; both are taken when writing. Values without a name are numbers. Default number. */
  readonly enums?: 'number' | 'name';
  /** How arrays of char are read; both are taken when writing. Default string. */
  readonly characters?: 'string' | 'bytes';
  /** `host`: the byte order that `__be16` and its like declare is left alone. Default declared. */
  readonly byteOrder?: 'declared' | 'host';
  /** Members that are missing when writing. Default refuse. */
  readonly missing?: 'refuse' | 'zero';
}

/** A codec of a part: knows that its bytes are there, and that they are 0 before it writes. */
export interface PartCodec {
  readonly size: number;
  /** Values that one value consists of: bounds the work of reading it. */
  readonly parts: number;
  read(view: DataView, offset: number, into: unknown): unknown;
  write(value: unknown, view: DataView, offset: number): void;
}

/** The codec of a whole value. */
export function codecOf<T>(part: PartCodec): Codec<T> {
  const { size } = part;
  const check = (view: DataView, offset: number): void => {
    if (!(offset >= 0 && offset + size <= view.byteLength)) {
      throw new ValueError(
        '',
        `${size} bytes at ${offset} are outside the ${view.byteLength} here`,
      );
    }
  };
  const codec: Codec<T> = {
    size,
    read(view, offset, into) {
      check(view, offset);
      return part.read(view, offset, into) as T;
    },
    write(value, view, offset) {
      check(view, offset);
      for (let at = offset; at < offset + size; at++) view.setUint8(at, 0);
      part.write(value, view, offset);
    },
    encode(value) {
      const bytes = new Uint8Array(size);
      part.write(value, new DataView(bytes.buffer), 0);
      return bytes;
    },
    decode: (bytes) =>
      codec.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0),
  };
  return codec;
}
