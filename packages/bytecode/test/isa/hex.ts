/** Bytes of a hex listing such as `b7 00 00 00`. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
}
