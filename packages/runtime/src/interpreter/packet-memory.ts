import {
  type AddressSpace,
  BASE,
  FixedRegion,
  PACKET_GENERATIONS,
  type Region,
  tagOf,
} from './address-space.ts';

/**
 * The packet of the current run: a window into the arena, with room before and behind it. Every
 * helper that moves it starts a new generation: pointers of the generation before belong to a closed
 * region, so their use is a fault, as it is an error for the kernel's verifier. After 64 moves in
 * one run the numbers of the oldest generations are used again.
 *
 *     hardStart     meta        data                 end          hardEnd
 *     |  headroom   |  metadata |  packet             |  tailroom  |
 *
 * All are byte offsets in the arena.
 */
export class PacketMemory {
  readonly #space: AddressSpace;
  readonly #region: Region = { kind: 'packet', name: 'packet', origin: 0 };
  #generation = 0;
  #writable = true;
  hardStart = 0;
  meta = 0;
  data = 0;
  end = 0;
  hardEnd = 0;

  constructor(space: AddressSpace, bytes: Uint8Array, view: DataView) {
    this.#space = space;
    for (let i = 0; i < PACKET_GENERATIONS; i++) {
      space.define(FixedRegion.packet + i, this.#region, bytes, view);
    }
  }

  get length(): number {
    return this.end - this.data;
  }

  /** Sets the window of a new run. */
  begin(hardStart: number, data: number, end: number, hardEnd: number, writable: boolean): void {
    this.#space.close(FixedRegion.packet + this.#generation);
    this.#generation = 0;
    this.hardStart = hardStart;
    this.meta = data;
    this.data = data;
    this.end = end;
    this.hardEnd = hardEnd;
    this.#writable = writable;
    this.#open();
  }

  /** No packet: every packet pointer faults. */
  none(): void {
    this.#space.close(FixedRegion.packet + this.#generation);
    this.hardStart = this.meta = this.data = this.end = this.hardEnd = 0;
  }

  /** To be called after a change of `meta`, `data` or `end`, or a helper that might have moved them. */
  moved(): void {
    this.#space.close(FixedRegion.packet + this.#generation);
    this.#generation = (this.#generation + 1) % PACKET_GENERATIONS;
    this.#open();
  }

  /** Upper word of addresses in the packet. */
  get tag(): number {
    return tagOf(FixedRegion.packet + this.#generation);
  }

  /** Lower word of the address of an arena offset. */
  address(offset: number): number {
    return BASE + offset;
  }

  #open(): void {
    this.#region.origin = this.data;
    this.#space.open(FixedRegion.packet + this.#generation, this.meta, this.end, this.#writable);
  }
}
