/** A u32 in host order (little-endian). */
export function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Copies without a view, so without allocation; `from` and `to` may be the same array. */
export function copyBytes(
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
  size: number,
): void {
  if (from === to) {
    to.copyWithin(toAt, fromAt, fromAt + size);
    return;
  }
  for (let i = 0; i < size; i++) to[toAt + i] = from[fromAt + i] as number;
}
