import { decode } from '../../isa/decode.ts';
import { encode } from '../../isa/encode.ts';
import type { Endianness, InstructionStream } from '../../isa/instruction.ts';
import { InvalidClassicProgramError } from '../errors.ts';
import type { ClassicProgram } from '../instruction.ts';
import { successorsOf } from '../successors.ts';
import { validateClassic } from '../validate.ts';
import { CodeWriter } from './code-writer.ts';
import { A, type ClassicFlavour, type FlavourWriter, X } from './flavour.ts';
import { convertInstruction } from './instruction.ts';
import { socketFilterWriter } from './socket-filter.ts';
import { xdpWriter } from './xdp.ts';

export interface ConvertOptions {
  /** Program type of the result. */
  readonly flavour: ClassicFlavour;
  /** Byte order of the result. Default little. */
  readonly endianness?: Endianness;
}

/**
 * An eBPF program that does what Linux does with a classic one (net/core/filter.c): 32-bit arithmetic
 * that wraps, shifts by X modulo 32, big-endian loads; a load outside the packet and a division by
 * X = 0 end it with 0; A and X start as 0. Code that no path reaches is left out, as the verifier
 * demands. Needs Linux 5.1 (32-bit jumps), 6.6 where a jump spans more than 32,767 instructions.
 *
 * `socket_filter`: the verdict is the number of bytes to keep, as classic; packet offsets count from
 * where the socket's packets begin (packet sockets: the Ethernet header). `xdp`: XDP_PASS where that
 * number is not 0, else XDP_DROP; offsets count from the Ethernet header.
 *
 * Ancillary data: packet type, mark, queue, hash, protocol need a socket buffer; a VLAN tag beside the
 * frame is never there at XDP. Netlink attributes, payload offset and hardware type exist in neither.
 *
 * @throws InvalidClassicProgramError for what `validateClassic` complains of
 * @throws UnsupportedClassicError names the instruction that the flavour cannot express
 */
export function convertClassic(
  program: ClassicProgram,
  options: ConvertOptions,
): InstructionStream {
  const { flavour, endianness = 'little' } = options;
  const diagnostics = validateClassic(program);
  if (diagnostics.length > 0) throw new InvalidClassicProgramError(diagnostics);

  const code = new CodeWriter(program.length);
  const writer: FlavourWriter =
    flavour === 'xdp' ? xdpWriter(code, program.length) : socketFilterWriter(code);
  writer.prologue();
  code.alu('mov', A, { imm: 0 });
  code.alu('mov', X, { imm: 0 });

  // Jumps only go forward, so whatever reaches an instruction has been converted before it.
  const reached = new Uint8Array(program.length);
  reached[0] = 1;
  program.forEach((instruction, index) => {
    if (reached[index] !== 1) return;
    code.begin(index);
    writer.begin(index);
    if (!convertInstruction(instruction, index, code, writer, flavour)) return;
    for (const next of successorsOf(instruction, index)) {
      reached[next] = 1;
      writer.reach(next);
    }
  });
  return decode(encode(code.finish(), endianness), { endianness });
}
