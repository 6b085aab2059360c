import type { Endianness } from '../isa/instruction.ts';

const SLOT_SIZE = 8;

/** Changes fields of encoded instructions in place. */
export class SlotWriter {
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, endianness: Endianness) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endianness === 'little';
  }

  isCall(slot: number): boolean {
    return this.#view.getUint8(slot * SLOT_SIZE) === 0x85;
  }

  /** src shares a byte with dst: the high half on little-endian machines, the low one on big. */
  setSrc(slot: number, src: number): void {
    const at = slot * SLOT_SIZE + 1;
    const registers = this.#view.getUint8(at);
    this.#view.setUint8(
      at,
      this.#little ? (registers & 15) | (src << 4) : (registers & 0xf0) | src,
    );
  }

  setImm(slot: number, imm: number): void {
    this.#view.setInt32(slot * SLOT_SIZE + 4, imm, this.#little);
  }

  /** imm of the second slot of lddw. @returns false where the stream ends before it */
  setNextImm(slot: number, imm: number): boolean {
    const at = (slot + 1) * SLOT_SIZE;
    if (at + SLOT_SIZE > this.#view.byteLength) return false;
    this.#view.setInt32(at + 4, imm, this.#little);
    return true;
  }
}
