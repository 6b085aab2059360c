import { InternalError } from '@anybpf/bytecode';

/**
 * Addresses of programs. The upper word names a region, the lower one a byte in it:
 *
 *     63       52 51        40 39     32 31                        0
 *     +----------+------------+---------+--------------------------+
 *     |   0x7e0  |   region   |    0    |   BASE + byte of region  |
 *     +----------+------------+---------+--------------------------+
 *
 * Pointer arithmetic stays in the lower word: BASE keeps it from borrowing, and the eight zero bits
 * keep a sum that carries from reaching the next region. No scalar that a program works with by
 * chance looks like an address, and one that is forged is still checked against live bounds.
 */

const TAG = 0x7e00_0000;
const TAG_MASK = 0xfff0_00ff;

const REGION_COUNT = 4096;

/** Lower word of byte 0 of every region. */
export const BASE = 0x1000_0000;

/** What kind of memory a region is. */
type RegionKind =
  | 'context'
  | 'packet'
  | 'stack'
  | 'map-value'
  | 'map'
  | 'function'
  | 'record'
  | 'kernel';

export interface Region {
  readonly kind: RegionKind;
  /** As messages call it: `packet`, `stack frame 0`, `map counters`. */
  readonly name: string;
  /** Byte of the backing memory that offset 0 of messages means. */
  origin: number;
}

/** Upper word of the addresses of a region. */
export function tagOf(region: number): number {
  return TAG | (region << 8);
}

export function isTagged(high: number): boolean {
  return (high & TAG_MASK) === TAG;
}

/** Region of a tagged upper word. */
export function regionOf(high: number): number {
  return (high >>> 8) & (REGION_COUNT - 1);
}

/** Regions whose number is fixed; the others are allocated. */
export const FixedRegion = {
  context: 1,
  /** Handles of maps: the lower word is BASE + number of the map. */
  map: 2,
  /** Entry points of callbacks: the lower word is BASE + entry in the executable. */
  function: 3,
  socket: 4,
  /** One per frame. */
  stack: 8,
  /** One per generation of the packet. */
  packet: 16,
  /** Keys handed to callbacks, one per frame. */
  key: 80,
} as const;

/** Generations of packet pointers that are told apart; then numbers are used again. */
export const PACKET_GENERATIONS = 64;

const FIRST_DYNAMIC = 88;

/**
 * Bounds of every region as lower words of addresses, in typed arrays that the run loop reads
 * itself: an access of n bytes at `at` is good when starts[r] <= at <= ends[r] - n. Regions that
 * need a closer look (map values, contexts with virtual fields) keep ends at 0 and so always take
 * the slow path in memory.ts.
 */
export class AddressSpace {
  readonly starts: Int32Array = new Int32Array(REGION_COUNT).fill(0x7fff_ffff);
  readonly readEnds: Int32Array = new Int32Array(REGION_COUNT);
  readonly writeEnds: Int32Array = new Int32Array(REGION_COUNT);
  readonly views: DataView[] = [];
  readonly bytes: Uint8Array[] = [];
  readonly regions: (Region | null)[] = [];
  readonly #free: number[] = [];

  constructor() {
    const none = new Uint8Array(0);
    const noView = new DataView(none.buffer);
    for (let region = 0; region < REGION_COUNT; region++) {
      this.views.push(noView);
      this.bytes.push(none);
      this.regions.push(null);
    }
    for (let region = REGION_COUNT - 1; region >= FIRST_DYNAMIC; region--) this.#free.push(region);
  }

  /** Gives region `number` its memory; it stays closed to direct access until `open`. */
  define(number: number, region: Region, bytes: Uint8Array, view: DataView): void {
    this.regions[number] = region;
    this.bytes[number] = bytes;
    this.views[number] = view;
  }

  /** Allows direct access to bytes [start, end) of the backing memory. */
  open(number: number, start: number, end: number, writable: boolean): void {
    this.starts[number] = BASE + start;
    this.readEnds[number] = BASE + end;
    this.writeEnds[number] = writable ? BASE + end : 0;
  }

  /** Ends direct access; the region keeps its name for messages. */
  close(number: number): void {
    this.starts[number] = 0x7fff_ffff;
    this.readEnds[number] = 0;
    this.writeEnds[number] = 0;
  }

  /** @throws InternalError when all are in use; callers bound what they allocate. */
  allocate(): number {
    const number = this.#free.pop();
    if (number === undefined) throw new InternalError('the address space has no region left');
    return number;
  }

  get available(): number {
    return this.#free.length;
  }

  release(number: number): void {
    this.close(number);
    this.regions[number] = null;
    this.#free.push(number);
  }
}
