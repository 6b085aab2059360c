/**
 * Marsaglia's xorshift32 (Journal of Statistical Software 8(14), 2003; shifts 13, 17, 5): the same
 * seed gives the same packets on every machine and engine.
 */
export class Random {
  private state: number;

  /** @param seed 32 bits count; 0 stands for a fixed other seed, since xorshift would stay at 0 */
  constructor(seed: number) {
    this.state = seed >>> 0 || 0x9e3779b9;
    // Small seeds have few bits set, and so have the first numbers after them.
    for (let i = 0; i < 8; i++) this.uint32();
  }

  uint32(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * limit);
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.uint32() & 0xff;
    return out;
  }
}
