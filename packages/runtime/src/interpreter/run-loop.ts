import { BASE } from './address-space.ts';
import * as alu64 from './alu64.ts';
import { atomic } from './atomics.ts';
import { legacyLoad } from './legacy-load.ts';
import type { Machine } from './machine.ts';
import { load, store } from './memory.ts';
import type { RegisterIndex } from './registers.ts';

// Constants that the loop needs as literals; address-space.ts explains them.
const TAG = 0x7e00_0000;
const TAG_MASK = 0xfff0_00ff;
const REGION_MASK = 4095;

/**
 * Executes from `machine.pc` until the program exits or `machine.fuel` instructions have been
 * executed. All state is in the machine then, so that a run can go on where it stopped.
 *
 * Case labels are literals, not names: the engine makes a jump table of a switch over small integer
 * literals alone. They are the opcodes of RFC 9669, and those of opcodes.ts for what has none.
 * Register halves are Int32Arrays, so every result is cut to 32 bits as it is stored.
 *
 * @returns true when the program has exited, false when the fuel ran out first
 * @throws ProgramFault
 */
export function execute(machine: Machine): boolean {
  const { lo, hi, space } = machine;
  const { starts, readEnds, writeEnds, views } = space;
  let code = machine.code;
  let pc = machine.pc;
  let fuel = machine.fuel;

  for (;;) {
    if (fuel === 0) {
      machine.pc = pc;
      machine.fuel = 0;
      return false;
    }
    fuel--;
    const at = pc;
    const word = code[at] as number;
    const d = ((word >>> 8) & 15) as RegisterIndex;
    const s = ((word >>> 12) & 15) as RegisterIndex;
    pc = at + 4;

    switch (word & 0xff) {
      // 64-bit arithmetic.
      case 0x07: {
        // add imm
        const imm = code[at + 2] as number;
        const a = lo[d];
        const sum = (a + imm) | 0;
        hi[d] = hi[d] + (imm >> 31) + (sum >>> 0 < a >>> 0 ? 1 : 0);
        lo[d] = sum;
        break;
      }
      case 0x0f: {
        // add reg
        const a = lo[d];
        const sum = (a + lo[s]) | 0;
        hi[d] = hi[d] + hi[s] + (sum >>> 0 < a >>> 0 ? 1 : 0);
        lo[d] = sum;
        break;
      }
      case 0x17: {
        // sub imm
        const imm = code[at + 2] as number;
        const a = lo[d];
        hi[d] = hi[d] - (imm >> 31) - (a >>> 0 < imm >>> 0 ? 1 : 0);
        lo[d] = a - imm;
        break;
      }
      case 0x1f: {
        // sub reg
        const a = lo[d];
        const b = lo[s];
        hi[d] = hi[d] - hi[s] - (a >>> 0 < b >>> 0 ? 1 : 0);
        lo[d] = a - b;
        break;
      }
      case 0x27: {
        // mul imm
        const imm = code[at + 2] as number;
        alu64.multiply(lo, hi, d, imm, imm >> 31);
        break;
      }
      case 0x2f: // mul reg
        alu64.multiply(lo, hi, d, lo[s], hi[s]);
        break;
      case 0x37: {
        // div imm
        const imm = code[at + 2] as number;
        alu64.divide(lo, hi, d, imm, imm >> 31);
        break;
      }
      case 0x3f: // div reg
        alu64.divide(lo, hi, d, lo[s], hi[s]);
        break;
      case 0xe7: {
        // sdiv imm
        const imm = code[at + 2] as number;
        alu64.divideSigned(lo, hi, d, imm, imm >> 31);
        break;
      }
      case 0xef: // sdiv reg
        alu64.divideSigned(lo, hi, d, lo[s], hi[s]);
        break;
      case 0x97: {
        // mod imm
        const imm = code[at + 2] as number;
        alu64.modulo(lo, hi, d, imm, imm >> 31);
        break;
      }
      case 0x9f: // mod reg
        alu64.modulo(lo, hi, d, lo[s], hi[s]);
        break;
      case 0xf7: {
        // smod imm
        const imm = code[at + 2] as number;
        alu64.moduloSigned(lo, hi, d, imm, imm >> 31);
        break;
      }
      case 0xff: // smod reg
        alu64.moduloSigned(lo, hi, d, lo[s], hi[s]);
        break;
      case 0x47: {
        // or imm
        const imm = code[at + 2] as number;
        lo[d] |= imm;
        hi[d] |= imm >> 31;
        break;
      }
      case 0x4f: // or reg
        lo[d] |= lo[s];
        hi[d] |= hi[s];
        break;
      case 0x57: {
        // and imm
        const imm = code[at + 2] as number;
        lo[d] &= imm;
        hi[d] &= imm >> 31;
        break;
      }
      case 0x5f: // and reg
        lo[d] &= lo[s];
        hi[d] &= hi[s];
        break;
      case 0xa7: {
        // xor imm
        const imm = code[at + 2] as number;
        lo[d] ^= imm;
        hi[d] ^= imm >> 31;
        break;
      }
      case 0xaf: // xor reg
        lo[d] ^= lo[s];
        hi[d] ^= hi[s];
        break;
      case 0x67: // lsh imm
        alu64.shiftLeft(lo, hi, d, code[at + 2] as number);
        break;
      case 0x6f: // lsh reg
        alu64.shiftLeft(lo, hi, d, lo[s]);
        break;
      case 0x77: // rsh imm
        alu64.shiftRight(lo, hi, d, code[at + 2] as number);
        break;
      case 0x7f: // rsh reg
        alu64.shiftRight(lo, hi, d, lo[s]);
        break;
      case 0xc7: // arsh imm
        alu64.shiftRightArithmetic(lo, hi, d, code[at + 2] as number);
        break;
      case 0xcf: // arsh reg
        alu64.shiftRightArithmetic(lo, hi, d, lo[s]);
        break;
      case 0x87: {
        // neg
        const a = lo[d];
        hi[d] = alu64.negatedHigh(a, hi[d]);
        lo[d] = -a;
        break;
      }
      case 0xb7: {
        // mov imm
        const imm = code[at + 2] as number;
        lo[d] = imm;
        hi[d] = imm >> 31;
        break;
      }
      case 0xbf: // mov reg
        lo[d] = lo[s];
        hi[d] = hi[s];
        break;
      case 0x01: {
        // movsx from 8 bits
        const value = (lo[s] << 24) >> 24;
        lo[d] = value;
        hi[d] = value >> 31;
        break;
      }
      case 0x09: {
        // movsx from 16 bits
        const value = (lo[s] << 16) >> 16;
        lo[d] = value;
        hi[d] = value >> 31;
        break;
      }
      case 0x11: {
        // movsx from 32 bits
        const value = lo[s];
        lo[d] = value;
        hi[d] = value >> 31;
        break;
      }
      case 0x18: // lddw
        lo[d] = code[at + 2] as number;
        hi[d] = code[at + 3] as number;
        break;
      case 0xd4: {
        // le: the host is little-endian by definition, so only truncation is left
        const bits = code[at + 2] as number;
        if (bits === 16) lo[d] &= 0xffff;
        if (bits !== 64) hi[d] = 0;
        break;
      }
      case 0xd7: {
        // be and bswap
        const bits = code[at + 2] as number;
        const a = lo[d];
        if (bits === 16) {
          lo[d] = ((a & 0xff) << 8) | ((a >>> 8) & 0xff);
          hi[d] = 0;
        } else if (bits === 32) {
          lo[d] = alu64.swapBytes32(a);
          hi[d] = 0;
        } else {
          lo[d] = alu64.swapBytes32(hi[d]);
          hi[d] = alu64.swapBytes32(a);
        }
        break;
      }

      // 32-bit arithmetic: the upper word becomes 0.
      case 0x04: // add imm
        lo[d] = lo[d] + (code[at + 2] as number);
        hi[d] = 0;
        break;
      case 0x0c: // add reg
        lo[d] = lo[d] + lo[s];
        hi[d] = 0;
        break;
      case 0x14: // sub imm
        lo[d] = lo[d] - (code[at + 2] as number);
        hi[d] = 0;
        break;
      case 0x1c: // sub reg
        lo[d] = lo[d] - lo[s];
        hi[d] = 0;
        break;
      case 0x24: // mul imm
        lo[d] = Math.imul(lo[d], code[at + 2] as number);
        hi[d] = 0;
        break;
      case 0x2c: // mul reg
        lo[d] = Math.imul(lo[d], lo[s]);
        hi[d] = 0;
        break;
      case 0x34: {
        // div imm
        const b = (code[at + 2] as number) >>> 0;
        lo[d] = b === 0 ? 0 : ((lo[d] >>> 0) / b) >>> 0;
        hi[d] = 0;
        break;
      }
      case 0x3c: {
        // div reg
        const b = lo[s] >>> 0;
        lo[d] = b === 0 ? 0 : ((lo[d] >>> 0) / b) >>> 0;
        hi[d] = 0;
        break;
      }
      case 0xe4: {
        // sdiv imm
        const b = code[at + 2] as number;
        lo[d] = b === 0 ? 0 : (lo[d] / b) | 0;
        hi[d] = 0;
        break;
      }
      case 0xec: {
        // sdiv reg
        const b = lo[s];
        lo[d] = b === 0 ? 0 : (lo[d] / b) | 0;
        hi[d] = 0;
        break;
      }
      case 0x94: {
        // mod imm
        const b = (code[at + 2] as number) >>> 0;
        if (b !== 0) lo[d] = (lo[d] >>> 0) % b;
        hi[d] = 0;
        break;
      }
      case 0x9c: {
        // mod reg
        const b = lo[s] >>> 0;
        if (b !== 0) lo[d] = (lo[d] >>> 0) % b;
        hi[d] = 0;
        break;
      }
      case 0xf4: {
        // smod imm
        const b = code[at + 2] as number;
        if (b !== 0) lo[d] = (lo[d] % b) | 0;
        hi[d] = 0;
        break;
      }
      case 0xfc: {
        // smod reg
        const b = lo[s];
        if (b !== 0) lo[d] = (lo[d] % b) | 0;
        hi[d] = 0;
        break;
      }
      case 0x44: // or imm
        lo[d] |= code[at + 2] as number;
        hi[d] = 0;
        break;
      case 0x4c: // or reg
        lo[d] |= lo[s];
        hi[d] = 0;
        break;
      case 0x54: // and imm
        lo[d] &= code[at + 2] as number;
        hi[d] = 0;
        break;
      case 0x5c: // and reg
        lo[d] &= lo[s];
        hi[d] = 0;
        break;
      case 0xa4: // xor imm
        lo[d] ^= code[at + 2] as number;
        hi[d] = 0;
        break;
      case 0xac: // xor reg
        lo[d] ^= lo[s];
        hi[d] = 0;
        break;
      case 0x64: // lsh imm
        lo[d] <<= code[at + 2] as number;
        hi[d] = 0;
        break;
      case 0x6c: // lsh reg
        lo[d] <<= lo[s];
        hi[d] = 0;
        break;
      case 0x74: // rsh imm
        lo[d] >>>= code[at + 2] as number;
        hi[d] = 0;
        break;
      case 0x7c: // rsh reg
        lo[d] >>>= lo[s];
        hi[d] = 0;
        break;
      case 0xc4: // arsh imm
        lo[d] >>= code[at + 2] as number;
        hi[d] = 0;
        break;
      case 0xcc: // arsh reg
        lo[d] >>= lo[s];
        hi[d] = 0;
        break;
      case 0x84: // neg
        lo[d] = -lo[d];
        hi[d] = 0;
        break;
      case 0xb4: // mov imm
        lo[d] = code[at + 2] as number;
        hi[d] = 0;
        break;
      case 0xbc: // mov reg
        lo[d] = lo[s];
        hi[d] = 0;
        break;
      case 0x19: // movsx from 8 bits
        lo[d] = (lo[s] << 24) >> 24;
        hi[d] = 0;
        break;
      case 0x29: // movsx from 16 bits
        lo[d] = (lo[s] << 16) >> 16;
        hi[d] = 0;
        break;

      // Loads: the fast path is memory that is open to direct access.
      case 0x71: {
        // 1 byte
        const h = hi[s];
        const a = (lo[s] + (code[at + 1] as number)) | 0;
        const r = (h >>> 8) & REGION_MASK;
        if (
          (h & TAG_MASK) === TAG &&
          a >= (starts[r] as number) &&
          a <= (readEnds[r] as number) - 1
        ) {
          lo[d] = (views[r] as DataView).getUint8(a - BASE);
          hi[d] = 0;
        } else {
          machine.at = at;
          load(machine, d, h, a, 1);
        }
        break;
      }
      case 0x69: {
        // 2 bytes
        const h = hi[s];
        const a = (lo[s] + (code[at + 1] as number)) | 0;
        const r = (h >>> 8) & REGION_MASK;
        if (
          (h & TAG_MASK) === TAG &&
          a >= (starts[r] as number) &&
          a <= (readEnds[r] as number) - 2
        ) {
          lo[d] = (views[r] as DataView).getUint16(a - BASE, true);
          hi[d] = 0;
        } else {
          machine.at = at;
          load(machine, d, h, a, 2);
        }
        break;
      }
      case 0x61: {
        // 4 bytes
        const h = hi[s];
        const a = (lo[s] + (code[at + 1] as number)) | 0;
        const r = (h >>> 8) & REGION_MASK;
        if (
          (h & TAG_MASK) === TAG &&
          a >= (starts[r] as number) &&
          a <= (readEnds[r] as number) - 4
        ) {
          lo[d] = (views[r] as DataView).getInt32(a - BASE, true);
          hi[d] = 0;
        } else {
          machine.at = at;
          load(machine, d, h, a, 4);
        }
        break;
      }
      case 0x79: {
        // 8 bytes
        const h = hi[s];
        const a = (lo[s] + (code[at + 1] as number)) | 0;
        const r = (h >>> 8) & REGION_MASK;
        if (
          (h & TAG_MASK) === TAG &&
          a >= (starts[r] as number) &&
          a <= (readEnds[r] as number) - 8
        ) {
          const view = views[r] as DataView;
          lo[d] = view.getInt32(a - BASE, true);
          hi[d] = view.getInt32(a - BASE + 4, true);
        } else {
          machine.at = at;
          load(machine, d, h, a, 8);
        }
        break;
      }
      case 0x91: // 1 byte, sign-extended
        machine.at = at;
        load(machine, d, hi[s], (lo[s] + (code[at + 1] as number)) | 0, 1);
        lo[d] = (lo[d] << 24) >> 24;
        hi[d] = lo[d] >> 31;
        break;
      case 0x89: // 2 bytes, sign-extended
        machine.at = at;
        load(machine, d, hi[s], (lo[s] + (code[at + 1] as number)) | 0, 2);
        lo[d] = (lo[d] << 16) >> 16;
        hi[d] = lo[d] >> 31;
        break;
      case 0x81: // 4 bytes, sign-extended
        machine.at = at;
        load(machine, d, hi[s], (lo[s] + (code[at + 1] as number)) | 0, 4);
        hi[d] = lo[d] >> 31;
        break;

      // Stores.
      case 0x73: {
        // 1 byte, reg
        const h = hi[d];
        const a = (lo[d] + (code[at + 1] as number)) | 0;
        const r = (h >>> 8) & REGION_MASK;
        if (
          (h & TAG_MASK) === TAG &&
          a >= (starts[r] as number) &&
          a <= (writeEnds[r] as number) - 1
        ) {
          (views[r] as DataView).setInt8(a - BASE, lo[s]);
        } else {
          machine.at = at;
          store(machine, h, a, 1, lo[s], hi[s]);
        }
        break;
      }
      case 0x6b: {
        // 2 bytes, reg
        const h = hi[d];
        const a = (lo[d] + (code[at + 1] as number)) | 0;
        const r = (h >>> 8) & REGION_MASK;
        if (
          (h & TAG_MASK) === TAG &&
          a >= (starts[r] as number) &&
          a <= (writeEnds[r] as number) - 2
        ) {
          (views[r] as DataView).setInt16(a - BASE, lo[s], true);
        } else {
          machine.at = at;
          store(machine, h, a, 2, lo[s], hi[s]);
        }
        break;
      }
      case 0x63: {
        // 4 bytes, reg
        const h = hi[d];
        const a = (lo[d] + (code[at + 1] as number)) | 0;
        const r = (h >>> 8) & REGION_MASK;
        if (
          (h & TAG_MASK) === TAG &&
          a >= (starts[r] as number) &&
          a <= (writeEnds[r] as number) - 4
        ) {
          (views[r] as DataView).setInt32(a - BASE, lo[s], true);
        } else {
          machine.at = at;
          store(machine, h, a, 4, lo[s], hi[s]);
        }
        break;
      }
      case 0x7b: {
        // 8 bytes, reg
        const h = hi[d];
        const a = (lo[d] + (code[at + 1] as number)) | 0;
        const r = (h >>> 8) & REGION_MASK;
        if (
          (h & TAG_MASK) === TAG &&
          a >= (starts[r] as number) &&
          a <= (writeEnds[r] as number) - 8
        ) {
          const view = views[r] as DataView;
          view.setInt32(a - BASE, lo[s], true);
          view.setInt32(a - BASE + 4, hi[s], true);
        } else {
          machine.at = at;
          store(machine, h, a, 8, lo[s], hi[s]);
        }
        break;
      }
      case 0x72: {
        // 1 byte, imm
        machine.at = at;
        const imm = code[at + 2] as number;
        store(machine, hi[d], (lo[d] + (code[at + 1] as number)) | 0, 1, imm, imm >> 31);
        break;
      }
      case 0x6a: {
        // 2 bytes, imm
        machine.at = at;
        const imm = code[at + 2] as number;
        store(machine, hi[d], (lo[d] + (code[at + 1] as number)) | 0, 2, imm, imm >> 31);
        break;
      }
      case 0x62: {
        // 4 bytes, imm
        machine.at = at;
        const imm = code[at + 2] as number;
        store(machine, hi[d], (lo[d] + (code[at + 1] as number)) | 0, 4, imm, imm >> 31);
        break;
      }
      case 0x7a: {
        // 8 bytes, imm
        machine.at = at;
        const imm = code[at + 2] as number;
        store(machine, hi[d], (lo[d] + (code[at + 1] as number)) | 0, 8, imm, imm >> 31);
        break;
      }
      case 0xc3: // atomic, both sizes
        machine.at = at;
        atomic(machine, d, s, code[at + 1] as number, code[at + 2] as number);
        break;

      // 64-bit jumps.
      case 0x05: // ja, gotol
        pc = code[at + 1] as number;
        break;
      case 0x15: {
        // jeq imm
        const imm = code[at + 2] as number;
        if (lo[d] === imm && hi[d] === imm >> 31) pc = code[at + 1] as number;
        break;
      }
      case 0x1d: // jeq reg
        if (lo[d] === lo[s] && hi[d] === hi[s]) pc = code[at + 1] as number;
        break;
      case 0x55: {
        // jne imm
        const imm = code[at + 2] as number;
        if (lo[d] !== imm || hi[d] !== imm >> 31) pc = code[at + 1] as number;
        break;
      }
      case 0x5d: // jne reg
        if (lo[d] !== lo[s] || hi[d] !== hi[s]) pc = code[at + 1] as number;
        break;
      case 0x45: {
        // jset imm
        const imm = code[at + 2] as number;
        if (((lo[d] & imm) | (hi[d] & (imm >> 31))) !== 0) pc = code[at + 1] as number;
        break;
      }
      case 0x4d: // jset reg
        if (((lo[d] & lo[s]) | (hi[d] & hi[s])) !== 0) pc = code[at + 1] as number;
        break;
      case 0xa5: {
        // jlt imm
        const imm = code[at + 2] as number;
        const high = imm >> 31;
        const h = hi[d];
        if (h >>> 0 < high >>> 0 || (h === high && lo[d] >>> 0 < imm >>> 0)) {
          pc = code[at + 1] as number;
        }
        break;
      }
      case 0xad: {
        // jlt reg
        const h = hi[d];
        const high = hi[s];
        if (h >>> 0 < high >>> 0 || (h === high && lo[d] >>> 0 < lo[s] >>> 0)) {
          pc = code[at + 1] as number;
        }
        break;
      }
      case 0xb5: {
        // jle imm
        const imm = code[at + 2] as number;
        const high = imm >> 31;
        const h = hi[d];
        if (h >>> 0 < high >>> 0 || (h === high && lo[d] >>> 0 <= imm >>> 0)) {
          pc = code[at + 1] as number;
        }
        break;
      }
      case 0xbd: {
        // jle reg
        const h = hi[d];
        const high = hi[s];
        if (h >>> 0 < high >>> 0 || (h === high && lo[d] >>> 0 <= lo[s] >>> 0)) {
          pc = code[at + 1] as number;
        }
        break;
      }
      case 0x25: {
        // jgt imm
        const imm = code[at + 2] as number;
        const high = imm >> 31;
        const h = hi[d];
        if (h >>> 0 > high >>> 0 || (h === high && lo[d] >>> 0 > imm >>> 0)) {
          pc = code[at + 1] as number;
        }
        break;
      }
      case 0x2d: {
        // jgt reg
        const h = hi[d];
        const high = hi[s];
        if (h >>> 0 > high >>> 0 || (h === high && lo[d] >>> 0 > lo[s] >>> 0)) {
          pc = code[at + 1] as number;
        }
        break;
      }
      case 0x35: {
        // jge imm
        const imm = code[at + 2] as number;
        const high = imm >> 31;
        const h = hi[d];
        if (h >>> 0 > high >>> 0 || (h === high && lo[d] >>> 0 >= imm >>> 0)) {
          pc = code[at + 1] as number;
        }
        break;
      }
      case 0x3d: {
        // jge reg
        const h = hi[d];
        const high = hi[s];
        if (h >>> 0 > high >>> 0 || (h === high && lo[d] >>> 0 >= lo[s] >>> 0)) {
          pc = code[at + 1] as number;
        }
        break;
      }
      case 0xc5: {
        // jslt imm
        const imm = code[at + 2] as number;
        const high = imm >> 31;
        const h = hi[d];
        if (h < high || (h === high && lo[d] >>> 0 < imm >>> 0)) pc = code[at + 1] as number;
        break;
      }
      case 0xcd: {
        // jslt reg
        const h = hi[d];
        const high = hi[s];
        if (h < high || (h === high && lo[d] >>> 0 < lo[s] >>> 0)) pc = code[at + 1] as number;
        break;
      }
      case 0xd5: {
        // jsle imm
        const imm = code[at + 2] as number;
        const high = imm >> 31;
        const h = hi[d];
        if (h < high || (h === high && lo[d] >>> 0 <= imm >>> 0)) pc = code[at + 1] as number;
        break;
      }
      case 0xdd: {
        // jsle reg
        const h = hi[d];
        const high = hi[s];
        if (h < high || (h === high && lo[d] >>> 0 <= lo[s] >>> 0)) pc = code[at + 1] as number;
        break;
      }
      case 0x65: {
        // jsgt imm
        const imm = code[at + 2] as number;
        const high = imm >> 31;
        const h = hi[d];
        if (h > high || (h === high && lo[d] >>> 0 > imm >>> 0)) pc = code[at + 1] as number;
        break;
      }
      case 0x6d: {
        // jsgt reg
        const h = hi[d];
        const high = hi[s];
        if (h > high || (h === high && lo[d] >>> 0 > lo[s] >>> 0)) pc = code[at + 1] as number;
        break;
      }
      case 0x75: {
        // jsge imm
        const imm = code[at + 2] as number;
        const high = imm >> 31;
        const h = hi[d];
        if (h > high || (h === high && lo[d] >>> 0 >= imm >>> 0)) pc = code[at + 1] as number;
        break;
      }
      case 0x7d: {
        // jsge reg
        const h = hi[d];
        const high = hi[s];
        if (h > high || (h === high && lo[d] >>> 0 >= lo[s] >>> 0)) pc = code[at + 1] as number;
        break;
      }

      // 32-bit jumps.
      case 0x16: // jeq imm
        if (lo[d] === (code[at + 2] as number)) pc = code[at + 1] as number;
        break;
      case 0x1e: // jeq reg
        if (lo[d] === lo[s]) pc = code[at + 1] as number;
        break;
      case 0x56: // jne imm
        if (lo[d] !== (code[at + 2] as number)) pc = code[at + 1] as number;
        break;
      case 0x5e: // jne reg
        if (lo[d] !== lo[s]) pc = code[at + 1] as number;
        break;
      case 0x46: // jset imm
        if ((lo[d] & (code[at + 2] as number)) !== 0) pc = code[at + 1] as number;
        break;
      case 0x4e: // jset reg
        if ((lo[d] & lo[s]) !== 0) pc = code[at + 1] as number;
        break;
      case 0xa6: // jlt imm
        if (lo[d] >>> 0 < (code[at + 2] as number) >>> 0) pc = code[at + 1] as number;
        break;
      case 0xae: // jlt reg
        if (lo[d] >>> 0 < lo[s] >>> 0) pc = code[at + 1] as number;
        break;
      case 0xb6: // jle imm
        if (lo[d] >>> 0 <= (code[at + 2] as number) >>> 0) pc = code[at + 1] as number;
        break;
      case 0xbe: // jle reg
        if (lo[d] >>> 0 <= lo[s] >>> 0) pc = code[at + 1] as number;
        break;
      case 0x26: // jgt imm
        if (lo[d] >>> 0 > (code[at + 2] as number) >>> 0) pc = code[at + 1] as number;
        break;
      case 0x2e: // jgt reg
        if (lo[d] >>> 0 > lo[s] >>> 0) pc = code[at + 1] as number;
        break;
      case 0x36: // jge imm
        if (lo[d] >>> 0 >= (code[at + 2] as number) >>> 0) pc = code[at + 1] as number;
        break;
      case 0x3e: // jge reg
        if (lo[d] >>> 0 >= lo[s] >>> 0) pc = code[at + 1] as number;
        break;
      case 0xc6: // jslt imm
        if (lo[d] < (code[at + 2] as number)) pc = code[at + 1] as number;
        break;
      case 0xce: // jslt reg
        if (lo[d] < lo[s]) pc = code[at + 1] as number;
        break;
      case 0xd6: // jsle imm
        if (lo[d] <= (code[at + 2] as number)) pc = code[at + 1] as number;
        break;
      case 0xde: // jsle reg
        if (lo[d] <= lo[s]) pc = code[at + 1] as number;
        break;
      case 0x66: // jsgt imm
        if (lo[d] > (code[at + 2] as number)) pc = code[at + 1] as number;
        break;
      case 0x6e: // jsgt reg
        if (lo[d] > lo[s]) pc = code[at + 1] as number;
        break;
      case 0x76: // jsge imm
        if (lo[d] >= (code[at + 2] as number)) pc = code[at + 1] as number;
        break;
      case 0x7e: // jsge reg
        if (lo[d] >= lo[s]) pc = code[at + 1] as number;
        break;

      // Control.
      case 0x85: // call helper
        machine.at = at;
        machine.pc = pc;
        machine.fuel = fuel;
        machine.callHelper(code[at + 2] as number);
        code = machine.code;
        pc = machine.pc;
        fuel = machine.fuel;
        break;
      case 0x8d: // call register
        machine.at = at;
        machine.pc = pc;
        machine.fuel = fuel;
        machine.callByNumber(lo[s], hi[s]);
        code = machine.code;
        pc = machine.pc;
        fuel = machine.fuel;
        break;
      case 0x02: // call local
        machine.at = at;
        machine.pc = pc;
        machine.enterFrame();
        pc = code[at + 1] as number;
        break;
      case 0xe5: // may_goto
        machine.fuel = fuel;
        if (machine.loopBudgetUsedUp()) pc = code[at + 1] as number;
        break;
      case 0x20: // LD_ABS, LD_IND
        machine.at = at;
        if (legacyLoad(machine, d, code[at + 1] as number, s, code[at + 2] as number)) break;
        // Outside the packet the function returns 0.
        lo[0] = 0;
        hi[0] = 0;
        pc = code[at + 3] as number;
        break;
      case 0x95: // exit
        if (machine.depth === 0) {
          machine.pc = at;
          machine.fuel = fuel;
          return true;
        }
        machine.at = at;
        machine.leaveFrame();
        code = machine.code;
        pc = machine.pc;
        break;
      case 0x00: // count for coverage
        fuel++;
        machine.count(code[at + 2] as number);
        break;
      case 0x10: // poisoned
        machine.at = at;
        machine.meetPoison();
        break;
      default:
        machine.at = at;
        machine.runOff();
    }
  }
}
