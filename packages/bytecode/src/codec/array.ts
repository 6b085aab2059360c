import { decodeUtf8, encodeUtf8 } from '../elf/text.ts';
import type { PartCodec } from './codec.ts';
import { ValueError } from './errors.ts';
import { notA } from './integer.ts';

export function arrayCodec(element: PartCodec, length: number): PartCodec {
  return {
    size: element.size * length,
    parts: 1 + Math.max(1, element.parts) * length,
    read(view, offset, into) {
      const values: unknown[] = Array.isArray(into) ? into : [];
      values.length = length;
      for (let index = 0; index < length; index++) {
        values[index] = element.read(view, offset + index * element.size, values[index]);
      }
      return values;
    },
    write(value, view, offset) {
      const values = elementsOf(value, length);
      for (let index = 0; index < length; index++) {
        try {
          element.write(values[index], view, offset + index * element.size);
        } catch (error) {
          throw error instanceof ValueError ? error.within(index) : error;
        }
      }
    },
  };
}

/** Bytes as they are: Uint8Array when reading, any list of bytes when writing. */
export function bytesCodec(length: number): PartCodec {
  return {
    size: length,
    parts: 1,
    read(view, offset, into) {
      const bytes =
        into instanceof Uint8Array && into.length === length ? into : new Uint8Array(length);
      for (let index = 0; index < length; index++) bytes[index] = view.getUint8(offset + index);
      return bytes;
    },
    write(value, view, offset) {
      const bytes = elementsOf(value, length);
      for (let index = 0; index < length; index++) {
        const byte = bytes[index];
        if (typeof byte !== 'number' || !Number.isInteger(byte) || byte < 0 || byte > 255) {
          throw notA('a byte', byte).within(index);
        }
        view.setUint8(offset + index, byte);
      }
    },
  };
}

/** UTF-8 up to the first NUL; a text that fills the array has none. Bytes are taken too. */
export function textCodec(length: number): PartCodec {
  const bytes = bytesCodec(length);
  return {
    size: length,
    parts: 1,
    read(view, offset) {
      const all = new Uint8Array(view.buffer, view.byteOffset + offset, length);
      const end = all.indexOf(0);
      return decodeUtf8(all, 0, end < 0 ? length : end);
    },
    write: (value, view, offset) => bytes.write(paddedText(value, length), view, offset),
  };
}

/** Bytes that may be given as a text. */
export function characterBytesCodec(length: number): PartCodec {
  return { ...bytesCodec(length), write: textCodec(length).write };
}

function paddedText(value: unknown, length: number): unknown {
  if (typeof value !== 'string') return value;
  if (value.includes('\0')) throw new ValueError('', 'a text cannot hold a NUL');
  const text = encodeUtf8(value);
  if (text.length > length) {
    throw new ValueError('', `a text of ${text.length} bytes is longer than ${length}`);
  }
  const bytes = new Uint8Array(length);
  bytes.set(text);
  return bytes;
}

function elementsOf(value: unknown, length: number): ArrayLike<unknown> {
  const list = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (!list) throw notA('an array', value);
  const elements = value as ArrayLike<unknown>;
  if (elements.length !== length) {
    throw new ValueError('', `${elements.length} elements, not ${length}`);
  }
  return elements;
}
