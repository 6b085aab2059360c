import { ObjectFormatError } from '../errors.ts';
import type { Endianness } from '../isa/instruction.ts';

const TWO_32 = 2 ** 32;

/**
 * Reads numbers of one byte order out of a stretch of a file. Every read is checked: what lies
 * outside is an ObjectFormatError that names the stretch and the offset in the file.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly endianness: Endianness;
  readonly where: string;
  readonly base: number;
  readonly #view: DataView;
  readonly #little: boolean;

  /**
   * @param where name of the stretch in errors, e.g. `.BTF`
   * @param base offset of the stretch in the file, for errors
   */
  constructor(bytes: Uint8Array, endianness: Endianness, where: string, base = 0) {
    this.bytes = bytes;
    this.endianness = endianness;
    this.where = where;
    this.base = base;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endianness === 'little';
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(offset: number): number {
    this.#check(offset, 1);
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getUint16(offset, this.#little);
  }

  u32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getUint32(offset, this.#little);
  }

  i32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getInt32(offset, this.#little);
  }

  /** As a number: exact below 2^53, and above that still larger than any file. */
  u64(offset: number): number {
    this.#check(offset, 8);
    const first = this.#view.getUint32(offset, this.#little);
    const second = this.#view.getUint32(offset + 4, this.#little);
    return this.#little ? second * TWO_32 + first : first * TWO_32 + second;
  }

  /** Exact. */
  bigUint64(offset: number): bigint {
    this.#check(offset, 8);
    return this.#view.getBigUint64(offset, this.#little);
  }

  /** A view, not a copy. */
  slice(offset: number, length: number, what: string): Uint8Array {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.bytes.length)) {
      throw this.error(
        `${what} of ${length} bytes at ${offset} lies outside the ${this.bytes.length} bytes here`,
      );
    }
    return this.bytes.subarray(offset, offset + length);
  }

  error(what: string, offset = 0): ObjectFormatError {
    return new ObjectFormatError(what, this.where, this.base + offset);
  }

  #check(offset: number, size: number): void {
    if (!(offset >= 0 && offset + size <= this.bytes.length)) {
      throw this.error(
        `${size} bytes at offset ${offset} are outside the ${this.bytes.length} bytes here`,
        Math.min(offset, this.bytes.length),
      );
    }
  }
}
