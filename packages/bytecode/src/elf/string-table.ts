import { ObjectFormatError } from '../errors.ts';
import { decodeUtf8 } from './text.ts';

/** What may be decoded in all: strings share tails, but only hostile tables share this much. */
const BUDGET_FACTOR = 16;
const BUDGET_BASE = 1 << 20;

/** NUL-terminated UTF-8 strings named by their byte offset (ELF `.strtab`, the strings of BTF). */
export class StringTable {
  readonly bytes: Uint8Array;
  readonly where: string;
  readonly base: number;
  readonly #known = new Map<number, string>();
  #budget: number;

  /**
   * @param where name of the table in errors
   * @param base offset of the table in the file, for errors
   */
  constructor(bytes: Uint8Array, where: string, base = 0) {
    this.bytes = bytes;
    this.where = where;
    this.base = base;
    this.#budget = BUDGET_BASE + BUDGET_FACTOR * bytes.length;
  }

  /** Whether a string starts at `offset` and ends in the table. */
  has(offset: number): boolean {
    return offset < this.bytes.length && this.bytes.indexOf(0, offset) >= 0;
  }

  /** @throws ObjectFormatError where no string starts at `offset` or none ends after it */
  at(offset: number): string {
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const end = offset < this.bytes.length ? this.bytes.indexOf(0, offset) : -1;
    if (end < 0) {
      throw new ObjectFormatError(
        `string offset ${offset} is outside the ${this.bytes.length} bytes of strings`,
        this.where,
        this.base,
      );
    }
    this.#budget -= end - offset;
    if (this.#budget < 0) {
      throw new ObjectFormatError('its strings overlap without end', this.where, this.base);
    }
    const text = decodeUtf8(this.bytes, offset, end);
    this.#known.set(offset, text);
    return text;
  }
}
