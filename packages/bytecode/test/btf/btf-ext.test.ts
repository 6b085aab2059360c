import { describe, expect, test } from 'vitest';
import { mergeRecords, parseBtfExt } from '../../src/btf/btf-ext.ts';
import { ObjectFormatError } from '../../src/index.ts';

/** `.BTF.ext` of three parts, each given as its words after the header. */
function build(parts: readonly (readonly number[])[], little = true): Uint8Array {
  const words = parts.flat();
  const bytes = new Uint8Array(32 + 4 * words.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, little);
  view.setUint8(2, 1);
  view.setUint32(4, 32, little);
  let start = 0;
  parts.forEach((part, index) => {
    view.setUint32(8 + 8 * index, start, little);
    view.setUint32(12 + 8 * index, part.length * 4, little);
    start += part.length * 4;
  });
  words.forEach((word, index) => {
    view.setUint32(32 + 4 * index, word, little);
  });
  return bytes;
}

describe.each([true, false])('little-endian: %s', (little) => {
  test('records by section, longer ones cut to what is known', () => {
    const ext = parseBtfExt(
      build(
        [
          [8, 1, 2, 0, 5, 16, 6, 9, 1, 0, 7],
          [20, 1, 1, 0, 3, 4, (7 << 10) | 2, 99],
          [16, 1, 1, 24, 10, 20, 0],
        ],
        little,
      ),
    );
    expect(ext.functions).toEqual([
      { sectionName: 1, stride: 2, words: Uint32Array.of(0, 5, 16, 6) },
      { sectionName: 9, stride: 2, words: Uint32Array.of(0, 7) },
    ]);
    expect(ext.lines).toEqual([
      { sectionName: 1, stride: 4, words: Uint32Array.of(0, 3, 4, (7 << 10) | 2) },
    ]);
    expect(ext.coreRelocations).toEqual([
      { sectionName: 1, stride: 4, words: Uint32Array.of(24, 10, 20, 0) },
    ]);
  });
});

test('several lists of one section become one, ascending', () => {
  const { functions } = parseBtfExt(build([[8, 1, 2, 16, 5, 0, 6, 1, 1, 8, 7], [], []]));
  expect(mergeRecords(functions as never)).toEqual({
    sectionName: 1,
    stride: 2,
    words: Uint32Array.of(0, 6, 8, 7, 16, 5),
  });
});

test.each([
  ['short records', [[4, 1, 1, 0], [], []], 'func info: records of 4 bytes (8 at least)'],
  ['odd records', [[], [18, 1, 1, 0, 0, 0, 0, 0], []], 'line info: records of 18 bytes'],
  ['a section without records', [[8, 1, 0], [], []], 'a section without records'],
  ['too few records', [[8, 1, 0xffffffff, 0, 5], [], []], 'func info: 4294967295 records'],
  ['half a section header', [[8, 1], [], []], 'outside the 8 bytes here'],
])('refused: %s', (_, parts, reason) => {
  expect(() => parseBtfExt(build(parts))).toThrow(ObjectFormatError);
  expect(() => parseBtfExt(build(parts))).toThrow(reason);
});
