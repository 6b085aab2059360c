import type { Machine } from './machine.ts';
import { locate } from './memory.ts';
import { AtomicCode } from './opcodes.ts';
import type { RegisterIndex } from './registers.ts';

const CODE_MASK = 7;
const FETCH = 8;
const WIDE = 16;

/**
 * Atomic read-modify-write (RFC 9669 section 5.3). One program runs at a time, so it is atomic by
 * itself. 32-bit forms zero-extend what they fetch.
 *
 * @param operation AtomicCode | FETCH | WIDE, see predecode.ts
 */
export function atomic(
  machine: Machine,
  d: RegisterIndex,
  s: RegisterIndex,
  offset: number,
  operation: number,
): void {
  const { lo, hi } = machine;
  const wide = (operation & WIDE) !== 0;
  const at = locate(machine, hi[d], (lo[d] + offset) | 0, wide ? 8 : 4, 'writes');
  const { view } = machine;
  const oldLo = view.getInt32(at, true);
  const oldHi = wide ? view.getInt32(at + 4, true) : 0;
  const valueLo = lo[s];
  const valueHi = hi[s];
  let newLo = valueLo;
  let newHi = valueHi;
  switch (operation & CODE_MASK) {
    case AtomicCode.add:
      newLo = (oldLo + valueLo) | 0;
      newHi = oldHi + valueHi + (newLo >>> 0 < oldLo >>> 0 ? 1 : 0);
      break;
    case AtomicCode.or:
      newLo = oldLo | valueLo;
      newHi = oldHi | valueHi;
      break;
    case AtomicCode.and:
      newLo = oldLo & valueLo;
      newHi = oldHi & valueHi;
      break;
    case AtomicCode.xor:
      newLo = oldLo ^ valueLo;
      newHi = oldHi ^ valueHi;
      break;
    case AtomicCode.cmpxchg: {
      const equal = oldLo === lo[0] && (!wide || oldHi === hi[0]);
      lo[0] = oldLo;
      hi[0] = oldHi;
      if (!equal) return;
      break;
    }
    default:
      // xchg: the new value is the register's.
      break;
  }
  view.setInt32(at, newLo, true);
  if (wide) view.setInt32(at + 4, newHi, true);
  if ((operation & FETCH) !== 0 && (operation & CODE_MASK) !== AtomicCode.cmpxchg) {
    lo[s] = oldLo;
    hi[s] = oldHi;
  }
}
