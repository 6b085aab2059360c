import type { StringTable } from '../elf/string-table.ts';

/** The strings of BTF: those of split BTF go on where the ones of its base end. */
export class BtfStrings {
  /** First offset that is not the base's. */
  readonly start: number;
  /** After the last offset. */
  readonly end: number;
  readonly #own: StringTable;
  readonly #base: BtfStrings | null;

  constructor(own: StringTable, base: BtfStrings | null) {
    this.start = base?.end ?? 0;
    this.end = this.start + own.bytes.length;
    this.#own = own;
    this.#base = base;
  }

  /** @throws ObjectFormatError where no string starts at `offset` */
  at(offset: number): string {
    return this.#base !== null && offset < this.start
      ? this.#base.at(offset)
      : this.#own.at(offset - this.start);
  }

  /** The bytes in which the string at `offset` lies; it starts there at `offset - from`. */
  holding(offset: number): { readonly bytes: Uint8Array; readonly from: number } {
    return this.#base !== null && offset < this.start
      ? this.#base.holding(offset)
      : { bytes: this.#own.bytes, from: this.start };
  }
}
