import type { Endianness } from '../isa/instruction.ts';
import { CoreFault } from './core-fault.ts';
import type { Resolution } from './resolution.ts';

const SLOT_SIZE = 8;

const CLASS_LD = 0;
const CLASS_LDX = 1;
const CLASS_ST = 2;
const CLASS_STX = 3;
const CLASS_ALU = 4;
const CLASS_ALU64 = 7;

const OPCODE_LDDW = 0x18;
const OPCODE_CALL = 0x85;
const SOURCE_REGISTER = 0x08;
const SIZE_MASK = 0x18;
const MAX_OFFSET = 0x7fff;

/** Size bits of memory opcodes, by bytes. */
const SIZE_BITS: Readonly<Record<number, number>> = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 };

/** "bad relo": libbpf's mark. No helper has this number, so verifiers refuse to reach the call. */
export const POISON_HELPER = 0xbad2310;

/** Applies relocations to the encoded instructions of one function, in place. */
export class InstructionPatcher {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, endianness: Endianness) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endianness === 'little';
  }

  /**
   * @returns why the instruction was poisoned; null where it was not
   * @throws CoreFault for an instruction that the compiler cannot have meant
   */
  apply(slot: number, resolution: Resolution): string | null {
    const at = slot * SLOT_SIZE;
    const opcode = this.#view.getUint8(at);
    if (resolution.kind === 'poison') {
      this.#poison(at, opcode);
      return resolution.reason;
    }
    const { local, target } = resolution;
    switch (opcode & 7) {
      case CLASS_ALU:
      case CLASS_ALU64:
        if ((opcode & SOURCE_REGISTER) !== 0) throw unexpected(opcode);
        expectValue(resolution, BigInt(this.#view.getInt32(at + 4, this.#little)));
        this.#view.setInt32(at + 4, Number(BigInt.asIntN(32, target.value)), this.#little);
        return null;
      case CLASS_LDX:
      case CLASS_ST:
      case CLASS_STX:
        expectValue(resolution, BigInt(this.#view.getInt16(at + 2, this.#little)));
        if (target.value > MAX_OFFSET) {
          throw new CoreFault(`offset ${target.value} does not fit into a load or store`);
        }
        if (target.accessFault !== null) {
          this.#poison(at, opcode);
          return target.accessFault;
        }
        this.#view.setInt16(at + 2, Number(target.value), this.#little);
        if (local.accessSize !== target.accessSize) {
          this.#view.setUint8(at, resized(opcode, local.accessSize, target.accessSize));
        }
        return null;
      case CLASS_LD:
        this.#setWide(at, opcode, resolution);
        return null;
      default:
        throw unexpected(opcode);
    }
  }

  #setWide(at: number, opcode: number, resolution: Resolution & { kind: 'value' }): void {
    const next = at + SLOT_SIZE;
    if (opcode !== OPCODE_LDDW) throw unexpected(opcode);
    if (next + SLOT_SIZE > this.#bytes.length) throw new CoreFault('lddw lacks its second slot');
    // Only a plain constant: no source, no offset, and nothing but imm in the second slot.
    const source = this.#view.getUint8(at + 1) & (this.#little ? 0xf0 : 0x0f);
    const second = this.#view.getUint32(next, this.#little);
    if (source !== 0 || this.#view.getUint16(at + 2, this.#little) !== 0 || second !== 0) {
      throw new CoreFault('lddw that does not load a plain constant');
    }
    const low = BigInt(this.#view.getUint32(at + 4, this.#little));
    const high = BigInt(this.#view.getUint32(next + 4, this.#little));
    expectValue(resolution, (high << 32n) | low);
    const { value } = resolution.target;
    this.#view.setUint32(at + 4, Number(BigInt.asUintN(32, value)), this.#little);
    this.#view.setUint32(next + 4, Number(value >> 32n), this.#little);
  }

  /** Both slots of lddw, lest the second be taken for an instruction of its own. */
  #poison(at: number, opcode: number): void {
    if (opcode === OPCODE_LDDW) {
      if (at + 2 * SLOT_SIZE > this.#bytes.length) {
        throw new CoreFault('lddw lacks its second slot');
      }
      this.#setPoison(at + SLOT_SIZE);
    }
    this.#setPoison(at);
  }

  #setPoison(at: number): void {
    this.#bytes.fill(0, at, at + 4);
    this.#view.setUint8(at, OPCODE_CALL);
    this.#view.setInt32(at + 4, POISON_HELPER, this.#little);
  }
}

/** The instruction must hold what the object's own types say, or it is not the one that is meant. */
function expectValue({ local, target }: Resolution & { kind: 'value' }, found: bigint): void {
  if (local.free || BigInt.asUintN(64, found) === local.value) return;
  throw new CoreFault(
    `the instruction holds ${found} where ${local.value} was expected (to become ${target.value})`,
  );
}

function resized(opcode: number, from: number, to: number): number {
  const bits = SIZE_BITS[to];
  if ((opcode & SIZE_MASK) !== SIZE_BITS[from] || bits === undefined) {
    throw new CoreFault(`an access cannot change from ${from} to ${to} bytes`);
  }
  return (opcode & ~SIZE_MASK) | bits;
}

function unexpected(opcode: number): CoreFault {
  return new CoreFault(`opcode 0x${opcode.toString(16)} cannot be relocated`);
}
