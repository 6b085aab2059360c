/** Slots of a preallocated table: freed ones are reused last in, first out, fresh ones come in order. */
export class SlotPool {
  readonly #limit: number;
  #fresh = 0;
  #free: Int32Array = new Int32Array(16);
  #freeCount = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A slot; -1 when all are in use. */
  take(): number {
    if (this.#freeCount > 0) return this.#free[--this.#freeCount] as number;
    return this.#fresh < this.#limit ? this.#fresh++ : -1;
  }

  give(slot: number): void {
    if (this.#freeCount === this.#free.length) {
      const grown = new Int32Array(2 * this.#free.length);
      grown.set(this.#free);
      this.#free = grown;
    }
    this.#free[this.#freeCount++] = slot;
  }
}
