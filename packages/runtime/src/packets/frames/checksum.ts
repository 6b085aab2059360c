/**
 * The Internet checksum (RFC 1071) over several pieces in order, as it goes into the header. A piece
 * of odd length is padded with a zero byte, so only the last one may be odd.
 */
export function internetChecksum(...pieces: readonly Uint8Array[]): number {
  let sum = 0;
  for (const piece of pieces) {
    for (let i = 0; i < piece.length; i += 2) {
      sum += ((piece[i] as number) << 8) | (piece[i + 1] ?? 0);
      // Folded at each step: a jumbo packet's sum would leave 32 bits.
      sum = (sum & 0xffff) + (sum >>> 16);
    }
  }
  return ~sum & 0xffff;
}
