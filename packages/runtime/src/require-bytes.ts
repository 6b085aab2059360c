/**
 * Guards what callers hand over, since plain JavaScript has no compiler that does: an ArrayBuffer, a
 * DataView or an array of other elements has a length of its own and would be read as other bytes.
 *
 * @param what for the message, e.g. "key"
 * @throws TypeError unless `value` is a Uint8Array, of whatever realm; a Buffer is one
 */
export function requireBytes(value: unknown, what: string): asserts value is Uint8Array {
  if (value instanceof Uint8Array) return;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (tag === 'Uint8Array' && ArrayBuffer.isView(value)) return;
  throw new TypeError(`the ${what} is no Uint8Array but ${tag}`);
}
