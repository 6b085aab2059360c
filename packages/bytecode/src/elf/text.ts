/** Bytes turned into a string at a time; bounds the arguments of one call. */
const CHUNK = 4096;

/**
 * Decodes the UTF-8 bytes `start..end`. Malformed sequences become U+FFFD; nothing is thrown.
 * (`TextDecoder` is no part of the language, and this package uses no host API.)
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  let ascii = start;
  while (ascii < end && (bytes[ascii] as number) < 0x80) ascii++;
  let text = '';
  for (let at = start; at < ascii; at += CHUNK) {
    const chunk: ArrayLike<number> = bytes.subarray(at, Math.min(at + CHUNK, ascii));
    // Not spread: an iterator makes this four times as slow.
    text += String.fromCharCode.apply(null, chunk as number[]);
  }
  let at = ascii;
  while (at < end) {
    const lead = bytes[at++] as number;
    const extra =
      lead < 0x80 ? 0 : lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
    let code = extra <= 0 ? lead : lead & (0x3f >> extra);
    let taken = 0;
    while (taken < extra && at < end && ((bytes[at] as number) & 0xc0) === 0x80) {
      code = (code << 6) | ((bytes[at++] as number) & 0x3f);
      taken++;
    }
    const surrogate = code >= 0xd800 && code < 0xe000;
    const overlong =
      (extra === 2 && code < 0x800) || (extra === 3 && (code < 0x10000 || code > 0x10ffff));
    text += String.fromCodePoint(
      extra < 0 || taken < extra || surrogate || overlong ? 0xfffd : code,
    );
  }
  return text;
}

/** Encodes as UTF-8; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const given = character.codePointAt(0) as number;
    const code = given >= 0xd800 && given < 0xe000 ? 0xfffd : given;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else {
      const tail = [0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
      if (code < 0x10000) bytes.push(0xe0 | (code >> 12), ...tail);
      else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), ...tail);
    }
  }
  return Uint8Array.from(bytes);
}
