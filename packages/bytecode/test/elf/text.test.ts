import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StringTable } from '../../src/elf/string-table.ts';
import { decodeUtf8 } from '../../src/elf/text.ts';
import { ObjectFormatError } from '../../src/index.ts';

const decode = (bytes: Uint8Array): string => decodeUtf8(bytes, 0, bytes.length);

test('decodes what the platform encodes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decode(new TextEncoder().encode(text))).toBe(text);
    }),
  );
});

test('takes arbitrary bytes without a word, and ASCII in them as it is', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const ascii = (text: string) => [...text].filter((c) => c < '\x80').join('');
      expect(ascii(decode(bytes))).toBe(ascii(new TextDecoder().decode(bytes)));
    }),
  );
});

test.each([
  ['c3', '\ufffd'],
  ['c0af', '\ufffd\ufffd'],
  ['eda080', '\ufffd'],
  ['f4908080', '\ufffd'],
  ['41e282ac42', 'A€B'],
  ['f09f9880', '😀'],
])('%s', (hex, text) => {
  expect(decode(Uint8Array.from(Buffer.from(hex, 'hex')))).toBe(text);
});

test('a long string', () => {
  expect(decode(new Uint8Array(100_000).fill(0x61))).toBe('a'.repeat(100_000));
});

test('strings that share one long tail are not decoded without end', () => {
  const bytes = new Uint8Array(1 << 16).fill(0x61);
  bytes[bytes.length - 1] = 0;
  const table = new StringTable(bytes, '.strtab');
  expect(() => {
    for (let offset = 0; offset < bytes.length; offset++) table.at(offset);
  }).toThrow(ObjectFormatError);
});
