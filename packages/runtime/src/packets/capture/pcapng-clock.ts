import type { Timestamp } from './capture.ts';

/** An interface's clock: 64-bit ticks of a settable unit, plus an offset in seconds. */
export class PcapngClock {
  private readonly ticksPerSecond: bigint;
  private readonly offsetSeconds: bigint;

  /**
   * @param resolution if_tsresol: bits 0..6 the negative exponent, bit 7 its base (0: 10, 1: 2)
   * @param offsetSeconds if_tsoffset
   */
  constructor(resolution: number, offsetSeconds: bigint) {
    this.ticksPerSecond = (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
    this.offsetSeconds = offsetSeconds;
  }

  /** null where the seconds do not fit a double exactly. Finer than a nanosecond is cut off. */
  timestamp(high: number, low: number): Timestamp | null {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    const seconds = Number(ticks / this.ticksPerSecond + this.offsetSeconds);
    if (!Number.isSafeInteger(seconds)) return null;
    const nanoseconds = Number(
      ((ticks % this.ticksPerSecond) * 1_000_000_000n) / this.ticksPerSecond,
    );
    return { seconds, nanoseconds };
  }
}

/** The default of an interface without if_tsresol. */
export const MICROSECOND_CLOCK: PcapngClock = new PcapngClock(6, 0n);
