import { type AddressSpace, FixedRegion, type Region } from './address-space.ts';
import { MAX_FRAMES, STACK_GUARD, STACK_SIZE } from './frames.ts';

/** Largest raw context (kernel: U16_MAX for programs of type syscall). */
export const MAX_CONTEXT = 65_535;

/** Room for a packet with all its head and tail room. */
export const PACKET_AREA: number = 128 * 1024;

/** Window into the bytes of the batch being run. */
const STAGING = 256 * 1024;

/** Longest key of a map (kernel MAX_BPF_STACK). */
const KEY_SIZE = 512;

/** struct bpf_sock. */
const SOCKET_SIZE = 80;

const CONTEXT_AREA = 64 * 1024;
const STACK_STRIDE = STACK_SIZE + STACK_GUARD;

/**
 * The memory of a machine other than maps: one buffer, so that packets are copied within it and no
 * view is ever made for one.
 *
 *     stacks of 8 frames | context | packet | staging | keys of 8 frames | socket
 */
export class Arena {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly contextStart: number;
  readonly packetStart: number;
  readonly stagingStart: number;
  readonly stagingSize: number = STAGING;
  readonly socketStart: number;
  readonly socketSize: number = SOCKET_SIZE;
  readonly #keysStart: number;
  readonly #space: AddressSpace;
  readonly #words: Float64Array;
  readonly #contextRegion: Region;

  constructor(space: AddressSpace) {
    this.#space = space;
    this.contextStart = MAX_FRAMES * STACK_STRIDE;
    this.packetStart = this.contextStart + CONTEXT_AREA;
    this.stagingStart = this.packetStart + PACKET_AREA;
    this.#keysStart = this.stagingStart + STAGING;
    this.socketStart = this.#keysStart + MAX_FRAMES * KEY_SIZE;
    this.bytes = new Uint8Array(this.socketStart + SOCKET_SIZE);
    this.view = new DataView(this.bytes.buffer);
    this.#words = new Float64Array(this.bytes.buffer);
    for (let depth = 0; depth < MAX_FRAMES; depth++) {
      const region: Region = {
        kind: 'stack',
        name: `stack of frame ${depth}`,
        origin: this.stackStart(depth) + STACK_SIZE,
      };
      space.define(FixedRegion.stack + depth, region, this.bytes, this.view);
      const key: Region = { kind: 'kernel', name: 'key', origin: this.keyStart(depth) };
      space.define(FixedRegion.key + depth, key, this.bytes, this.view);
    }
    this.openStack(0);
    this.#contextRegion = { kind: 'context', name: 'context', origin: this.contextStart };
    space.define(FixedRegion.context, this.#contextRegion, this.bytes, this.view);
    const socket: Region = { kind: 'kernel', name: 'socket', origin: this.socketStart };
    space.define(FixedRegion.socket, socket, this.bytes, this.view);
    space.open(FixedRegion.socket, this.socketStart, this.socketStart + SOCKET_SIZE, false);
    space.define(FixedRegion.map, { kind: 'map', name: 'map', origin: 0 }, this.bytes, this.view);
    space.define(
      FixedRegion.function,
      { kind: 'function', name: 'function', origin: 0 },
      this.bytes,
      this.view,
    );
  }

  stackStart(depth: number): number {
    return depth * STACK_STRIDE;
  }

  /** Where the callback in frame `depth` finds the key it is called for. */
  keyStart(depth: number): number {
    return this.#keysStart + depth * KEY_SIZE;
  }

  openKey(depth: number, size: number): void {
    const start = this.keyStart(depth);
    this.#space.open(FixedRegion.key + depth, start, start + size, false);
  }

  openStack(depth: number): void {
    const start = this.stackStart(depth);
    this.#space.open(FixedRegion.stack + depth, start, start + STACK_SIZE, true);
  }

  clearStack(depth: number): void {
    const first = this.stackStart(depth) / 8;
    this.#words.fill(0, first, first + STACK_SIZE / 8);
  }

  /** A context that is plain memory of `size` bytes. */
  openContext(size: number, writable: boolean): void {
    this.#space.open(FixedRegion.context, this.contextStart, this.contextStart + size, writable);
  }

  /** A context whose fields are looked at one by one. */
  closeContext(): void {
    this.#space.close(FixedRegion.context);
  }
}
