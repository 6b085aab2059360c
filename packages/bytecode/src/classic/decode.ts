import type { Endianness } from '../isa/instruction.ts';
import { ClassicFormatError } from './errors.ts';
import type { ClassicInstruction, ClassicProgram } from './instruction.ts';

export interface ClassicCodecOptions {
  /** Byte order of the machine that the array is of. Default little. */
  readonly endianness?: Endianness;
}

const SIZE = 8;

/**
 * Reads an array of struct sock_filter. Any content is an instruction here; `validateClassic` says
 * which ones Linux takes.
 *
 * @throws ClassicFormatError where the bytes are no whole number of instructions
 */
export function decodeClassic(
  bytes: Uint8Array,
  options: ClassicCodecOptions = {},
): ClassicProgram {
  if (bytes.length % SIZE !== 0) {
    throw new ClassicFormatError(
      `${bytes.length} bytes are no whole number of 8-byte instructions`,
    );
  }
  const little = options.endianness !== 'big';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const program: ClassicInstruction[] = [];
  for (let at = 0; at < bytes.length; at += SIZE) {
    program.push({
      code: view.getUint16(at, little),
      jt: view.getUint8(at + 2),
      jf: view.getUint8(at + 3),
      k: view.getUint32(at + 4, little),
    });
  }
  return program;
}

/** The inverse of `decodeClassic`: what SO_ATTACH_FILTER takes. Fields are cut to their width. */
export function encodeClassic(
  program: ClassicProgram,
  options: ClassicCodecOptions = {},
): Uint8Array {
  const little = options.endianness !== 'big';
  const bytes = new Uint8Array(program.length * SIZE);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, jt, jf, k }, index) => {
    const at = index * SIZE;
    view.setUint16(at, code, little);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, little);
  });
  return bytes;
}
