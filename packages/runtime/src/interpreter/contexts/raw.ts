import { InternalError } from '@anybpf/bytecode';
import { PacketSizeError } from '../../errors.ts';
import { MAX_CONTEXT } from '../arena.ts';
import type { Machine } from '../machine.ts';
import type { ProgramContext } from './context-memory.ts';

/**
 * A context that is the caller's bytes as they are: tracepoint records, pt_regs, arguments of
 * syscall programs. Readable and writable within its size.
 */
export class RawContext implements ProgramContext {
  readonly virtual = false;
  readonly #program: string;
  #size = 0;
  #given = false;

  constructor(program: string) {
    this.#program = program;
  }

  /** No packet, no context: what a machine holds between runs. */
  static none(): RawContext {
    return new RawContext('');
  }

  begin(machine: Machine, packetSize: number, context: Uint8Array | null): number {
    if (packetSize > 0) throw new PacketSizeError('packet', packetSize, 0, 0, this.#program);
    const size = context?.length ?? 0;
    if (size > MAX_CONTEXT) {
      throw new PacketSizeError('context', size, 0, MAX_CONTEXT, this.#program);
    }
    const { arena } = machine;
    if (context !== null) arena.bytes.set(context, arena.contextStart);
    this.#size = size;
    this.#given = context !== null;
    arena.openContext(size, true);
    machine.packet.none();
    return arena.packetStart;
  }

  ready(_machine: Machine): void {}

  packetAfter(_machine: Machine): null {
    return null;
  }

  contextAfter(machine: Machine): Uint8Array | null {
    if (!this.#given) return null;
    const { bytes, contextStart } = machine.arena;
    return bytes.slice(contextStart, contextStart + this.#size);
  }

  load(): never {
    throw new InternalError('a raw context is plain memory');
  }

  store(): never {
    throw new InternalError('a raw context is plain memory');
  }

  networkOffset(machine: Machine): number {
    return machine.packet.data;
  }

  macOffset(machine: Machine): number {
    return machine.packet.data;
  }
}
