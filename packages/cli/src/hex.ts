import { UsageError } from './command.ts';

/**
 * Bytes of a hex argument; blanks and a leading `0x` are ignored.
 *
 * @param what what the argument is, for the message
 * @throws UsageError
 */
export function parseHex(text: string, what: string, usage: string): Uint8Array {
  const digits = text.replace(/\s+/g, '').replace(/^0x/i, '');
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) {
    throw new UsageError(`${what} "${shorten(text)}" is not whole bytes in hex`, usage);
  }
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

/** Lower-case, without blanks. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}
