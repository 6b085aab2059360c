import { strings } from '../elf/elf-builder.ts';

/** Words of one type: name (by text), kind, then what the kind wants. */
export interface TypeInput {
  readonly name?: string;
  readonly kind: number;
  readonly flag?: boolean;
  readonly vlen?: number;
  readonly sizeOrType?: number;
  /** The words that follow; a text stands for its offset among the strings. */
  readonly words?: readonly (number | string)[];
}

/** Writes BTF for tests; ids count from 1 in the order given. */
export function buildBtf(types: readonly TypeInput[], little = true): Uint8Array<ArrayBuffer> {
  const texts = [
    ...new Set(['', ...types.flatMap(({ name = '', words = [] }) => [name, ...words])]),
  ].filter((word) => typeof word === 'string');
  const table = strings(texts);
  const offsetOf = (text: string): number => table.offsets[texts.indexOf(text)] ?? 0;
  const words = types.flatMap(
    ({ name = '', kind, flag, vlen = 0, sizeOrType = 0, words: more }) => [
      offsetOf(name),
      ((flag === true ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0,
      sizeOrType,
      ...(more ?? []).map((word) => (typeof word === 'string' ? offsetOf(word) : word)),
    ],
  );
  const bytes = new Uint8Array(24 + words.length * 4 + table.bytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, little);
  view.setUint8(2, 1);
  view.setUint32(4, 24, little);
  view.setUint32(12, words.length * 4, little);
  view.setUint32(16, words.length * 4, little);
  view.setUint32(20, table.bytes.length, little);
  words.forEach((word, index) => {
    view.setUint32(24 + 4 * index, word >>> 0, little);
  });
  bytes.set(table.bytes, 24 + words.length * 4);
  return bytes;
}
