import type { PacketBatch } from '../packets/packet-batch.ts';
import type { Arena } from './arena.ts';

/**
 * Brings packets of a batch into the arena without making a view for each: the batch is copied a
 * window at a time, and packets from the window within the arena's buffer.
 */
export class Staging {
  readonly #arena: Arena;
  readonly #batch: PacketBatch;
  /** Bytes [start, end) of the batch are in the window. */
  #start = 0;
  #end = 0;

  constructor(arena: Arena, batch: PacketBatch) {
    this.#arena = arena;
    this.#batch = batch;
  }

  /** Copies packet `index` to arena offset `to`. Packets are shorter than the window. */
  copy(index: number, to: number): void {
    const offset = this.#batch.offsets[index] as number;
    const length = this.#batch.lengths[index] as number;
    if (offset < this.#start || offset + length > this.#end) this.#move(offset);
    const from = this.#arena.stagingStart + offset - this.#start;
    this.#arena.bytes.copyWithin(to, from, from + length);
  }

  #move(offset: number): void {
    const { bytes, stagingStart, stagingSize } = this.#arena;
    const window = this.#batch.data.subarray(offset, offset + stagingSize);
    bytes.set(window, stagingStart);
    this.#start = offset;
    this.#end = offset + window.length;
  }
}
