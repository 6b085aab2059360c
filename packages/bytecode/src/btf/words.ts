import type { Endianness } from '../isa/instruction.ts';

const HOST: Endianness = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

/**
 * Bytes as 32-bit numbers: a view where byte order and alignment are the host's, else a copy. Bytes
 * after the last whole word are left out.
 */
export function wordsOf(bytes: Uint8Array, endianness: Endianness): Uint32Array {
  const length = bytes.length >>> 2;
  if (endianness === HOST && bytes.byteOffset % 4 === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset, length);
  }
  const copy = bytes.slice(0, length * 4);
  if (endianness !== HOST) swapWords(copy);
  return new Uint32Array(copy.buffer, copy.byteOffset, length);
}

function swapWords(bytes: Uint8Array): void {
  for (let at = 0; at + 3 < bytes.length; at += 4) {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    bytes[at] = bytes[at + 3] as number;
    bytes[at + 1] = bytes[at + 2] as number;
    bytes[at + 2] = second;
    bytes[at + 3] = first;
  }
}
