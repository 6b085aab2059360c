import { PacketTextError } from '../errors.ts';

/** Lower-case hexadecimal, two digits per byte, `separator` between bytes. */
export function formatHex(bytes: Uint8Array, separator = ''): string {
  let text = '';
  for (const [i, byte] of bytes.entries()) {
    if (i > 0) text += separator;
    text += (byte < 16 ? '0' : '') + byte.toString(16);
  }
  return text;
}

/**
 * Bytes of a hexadecimal string. White space and colons between bytes, and one leading `0x`, are
 * allowed.
 *
 * @throws PacketTextError
 */
export function parseHex(text: string): Uint8Array {
  const digits = text.trim().replace(/^0x/i, '');
  const bytes = new Uint8Array(digits.length >> 1);
  let length = 0;
  let at = 0;
  while (at < digits.length) {
    const pair = digits.slice(at, at + 2);
    if (/^[\s:]/.test(pair)) {
      at++;
    } else if (/^[0-9a-f]{2}$/i.test(pair)) {
      bytes[length++] = Number.parseInt(pair, 16);
      at += 2;
    } else {
      throw new PacketTextError(text, 'hex', `two digits per byte are needed, here is "${pair}"`);
    }
  }
  return bytes.slice(0, length);
}
