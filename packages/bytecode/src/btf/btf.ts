import { ByteReader } from '../elf/byte-reader.ts';
import { StringTable } from '../elf/string-table.ts';
import { ObjectFormatError } from '../errors.ts';
import type { Endianness } from '../isa/instruction.ts';
import { decodeType } from './decode.ts';
import { BTF_KINDS } from './kinds.ts';
import type { BtfKind, BtfType } from './types.ts';

const BTF_MAGIC = 0xeb9f;
/** Bytes of the header of version 1, and of what all types begin with. */
const HEADER_SIZE = 24;
const TYPE_SIZE = 12;

/**
 * BPF Type Format: an immutable handle over the raw bytes. Types are decoded when asked for; their
 * offsets, references and names were checked by `parseBtf`.
 */
export class Btf {
  /** Header, types and strings as the kernel takes them. */
  readonly bytes: Uint8Array;
  readonly endianness: Endianness;
  /** Types with void, which has id 0: valid ids are 0 to typeCount - 1. */
  readonly typeCount: number;
  readonly #typesStart: number;
  readonly #types: ByteReader;
  /** Offset of each type in the type section. */
  readonly #offsets: Uint32Array;
  readonly #strings: StringTable;
  readonly #decoded = new Map<number, BtfType>();

  /** Made by `parseBtf`. */
  constructor(bytes: Uint8Array, types: ByteReader, offsets: Uint32Array, strings: StringTable) {
    this.bytes = bytes;
    this.endianness = types.endianness;
    this.typeCount = offsets.length;
    this.#typesStart = types.bytes.byteOffset - bytes.byteOffset;
    this.#types = types;
    this.#offsets = offsets;
    this.#strings = strings;
  }

  /** @throws ObjectFormatError for an id that does not exist */
  type(id: number): BtfType {
    const known = this.#decoded.get(id);
    if (known !== undefined) return known;
    const type: BtfType =
      id === 0 ? { kind: 'void' } : decodeType(this.#types, this.#offset(id), this.#strings);
    this.#decoded.set(id, type);
    return type;
  }

  /** The kind alone, without decoding the rest. */
  kind(id: number): BtfKind {
    const layout = id === 0 ? null : BTF_KINDS[(this.#types.u32(this.#offset(id) + 4) >>> 24) & 31];
    return layout?.kind ?? 'void';
  }

  /** Byte offset in `bytes` of a type (not of void). */
  byteOffset(id: number): number {
    return this.#typesStart + this.#offset(id);
  }

  /** The string at that offset of the string section. */
  string(offset: number): string {
    return this.#strings.at(offset);
  }

  #offset(id: number): number {
    const offset = id === 0 ? undefined : this.#offsets[id];
    if (offset === undefined) {
      const { where, base } = this.#types;
      throw new ObjectFormatError(`there is no type ${id} among ${this.typeCount}`, where, base);
    }
    return offset;
  }
}

/**
 * Reads BTF (kernel Documentation/bpf/btf.rst) of either byte order, and checks that every type lies
 * within it, is of a known kind, and refers to types and strings that exist.
 *
 * @param where name in errors
 * @param base offset of `bytes` in the file, for errors
 * @throws ObjectFormatError
 */
export function parseBtf(bytes: Uint8Array, where = '.BTF', base = 0): Btf {
  const header = readBtfHeader(bytes, where, base, HEADER_SIZE);
  if (header.u32(8) % 4 !== 0) throw header.error('the type section is not aligned to 4 bytes', 8);
  const headerSize = header.u32(4);
  const part = (at: number, what: string): { bytes: Uint8Array; start: number } => {
    const start = headerSize + header.u32(at);
    return { bytes: header.slice(start, header.u32(at + 4), what), start };
  };
  const types = part(8, 'the type section');
  const strings = part(16, 'the string section');
  if (strings.bytes[0] !== 0 || strings.bytes.at(-1) !== 0) {
    throw header.error('the string section does not begin and end with a NUL', strings.start);
  }
  const reader = new ByteReader(types.bytes, header.endianness, where, base + types.start);
  const offsets = indexTypes(reader);
  checkReferences(reader, offsets, strings.bytes.length);
  return new Btf(
    bytes,
    reader,
    offsets,
    new StringTable(strings.bytes, where, base + strings.start),
  );
}

/** Checks what the headers of `.BTF` and `.BTF.ext` share; the magic number tells the byte order. */
export function readBtfHeader(
  bytes: Uint8Array,
  where: string,
  base: number,
  minimum: number,
): ByteReader {
  const big = new ByteReader(bytes, 'big', where, base);
  if (bytes.length < minimum) {
    throw big.error(`${bytes.length} bytes are too few for a header of ${minimum}`);
  }
  const reader = big.u16(0) === BTF_MAGIC ? big : new ByteReader(bytes, 'little', where, base);
  if (reader.u16(0) !== BTF_MAGIC) throw reader.error('not BTF (no magic number 0xeb9f)');
  if (reader.u8(2) !== 1) throw reader.error(`unknown BTF version ${reader.u8(2)}`, 2);
  const headerSize = reader.u32(4);
  if (headerSize < minimum || headerSize > bytes.length) {
    throw reader.error(`a header of ${headerSize} bytes (${minimum} at least)`, 4);
  }
  return reader;
}

function indexTypes(types: ByteReader): Uint32Array {
  const offsets = new Uint32Array(1 + Math.floor(types.length / TYPE_SIZE));
  let count = 1;
  let at = 0;
  while (at < types.length) {
    const info = types.u32(at + 4);
    const kind = (info >>> 24) & 31;
    const layout = BTF_KINDS[kind];
    if (layout === null || layout === undefined) {
      throw types.error(`type ${count} has kind ${kind}, which BTF does not know`, at);
    }
    offsets[count++] = at;
    at += TYPE_SIZE + layout.fixed + layout.entry * (info & 0xffff);
  }
  if (at > types.length) {
    throw types.error(`type ${count - 1} ends after the type section`, offsets[count - 1]);
  }
  return offsets.slice(0, count);
}

function checkReferences(types: ByteReader, offsets: Uint32Array, stringsSize: number): void {
  const check = (id: number, at: number, limit: number, what: string): void => {
    const value = types.u32(at);
    if (value >= limit) {
      throw types.error(`type ${id}: there is no ${what} ${value} (${limit} here)`, at);
    }
  };
  for (let id = 1; id < offsets.length; id++) {
    const at = offsets[id] as number;
    const info = types.u32(at + 4);
    const layout = BTF_KINDS[(info >>> 24) & 31];
    if (layout === null || layout === undefined) continue;
    check(id, at, stringsSize, 'string');
    if (layout.refers) check(id, at + 8, offsets.length, 'type');
    for (const word of layout.fixedTypes) {
      check(id, at + TYPE_SIZE + 4 * word, offsets.length, 'type');
    }
    if (!layout.entryName && layout.entryTypes.length === 0) continue;
    let entry = at + TYPE_SIZE + layout.fixed;
    for (let left = info & 0xffff; left > 0; left--) {
      if (layout.entryName) check(id, entry, stringsSize, 'string');
      for (const word of layout.entryTypes) check(id, entry + 4 * word, offsets.length, 'type');
      entry += layout.entry;
    }
  }
}
