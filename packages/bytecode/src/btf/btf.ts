import { ByteReader } from '../elf/byte-reader.ts';
import { StringTable } from '../elf/string-table.ts';
import { ObjectFormatError } from '../errors.ts';
import type { Endianness } from '../isa/instruction.ts';
import { decodeType } from './decode.ts';
import { BTF_KINDS, layoutOf } from './kinds.ts';
import { NameIndex } from './name-index.ts';
import { BtfStrings } from './strings.ts';
import { indexTypes } from './type-index.ts';
import type { BtfKind, BtfType } from './types.ts';
import { wordsOf } from './words.ts';

export const BTF_MAGIC = 0xeb9f;
/** Bytes of the header of version 1. */
const HEADER_SIZE = 24;

/** Kinds whose names are not those of types. They are the most, and seldom asked for. */
const SYMBOL_KINDS: ReadonlySet<BtfKind> = new Set(['func', 'var', 'datasec', 'decl-tag']);
/** The same, bits by BTF_KIND_*. */
const SYMBOL_KIND_BITS = BTF_KINDS.reduce(
  (bits, layout, kind) =>
    layout !== null && SYMBOL_KINDS.has(layout.kind) ? bits | (1 << kind) : bits,
  0,
);

/** What `parseBtf` found; `words` are the type section in host order, `offsets` count words. */
interface BtfParts {
  readonly bytes: Uint8Array;
  readonly endianness: Endianness;
  readonly base: Btf | null;
  readonly words: Uint32Array;
  readonly offsets: Uint32Array;
  readonly typesStart: number;
  readonly strings: BtfStrings;
}

/**
 * BPF Type Format: an immutable handle over the raw bytes, which must not change either. Types are
 * decoded when asked for; their offsets, references and names were checked by `parseBtf`.
 */
export class Btf {
  /** Header, types and strings as the kernel takes them; of split BTF what it adds to its base. */
  readonly bytes: Uint8Array;
  readonly endianness: Endianness;
  /** The BTF whose ids and strings this one continues; null where it stands alone. */
  readonly base: Btf | null;
  /** Id of the first type that is not the base's: 1 without a base. */
  readonly firstId: number;
  /** Types with void, which has id 0, and with the base's: valid ids are 0 to typeCount - 1. */
  readonly typeCount: number;
  readonly #words: Uint32Array;
  readonly #offsets: Uint32Array;
  readonly #typesStart: number;
  readonly #strings: BtfStrings;
  readonly #decoded = new Map<number, BtfType>();
  /** Names of types, and of the kinds of SYMBOL_KINDS. */
  readonly #names: { types: NameIndex | null; symbols: NameIndex | null } = {
    types: null,
    symbols: null,
  };

  /** Made by `parseBtf`. */
  constructor(parts: BtfParts) {
    this.bytes = parts.bytes;
    this.endianness = parts.endianness;
    this.base = parts.base;
    this.firstId = parts.base?.typeCount ?? 1;
    this.typeCount = this.firstId + parts.offsets.length;
    this.#words = parts.words;
    this.#offsets = parts.offsets;
    this.#typesStart = parts.typesStart;
    this.#strings = parts.strings;
  }

  /** @throws ObjectFormatError for an id that does not exist */
  type(id: number): BtfType {
    if (this.base !== null && id < this.firstId) return this.base.type(id);
    const known = this.#decoded.get(id);
    if (known !== undefined) return known;
    const type: BtfType =
      id === 0 ? { kind: 'void' } : decodeType(this.#words, this.#word(id), this.#strings);
    this.#decoded.set(id, type);
    return type;
  }

  /** The kind alone, without decoding the rest. */
  kind(id: number): BtfKind {
    if (this.base !== null && id < this.firstId) return this.base.kind(id);
    if (id === 0) return 'void';
    return layoutOf(this.#words[this.#word(id) + 1] as number)?.kind ?? 'void';
  }

  /** The name alone; '' of anonymous types and of kinds without names. */
  name(id: number): string {
    if (this.base !== null && id < this.firstId) return this.base.name(id);
    return id === 0 ? '' : this.string(this.#words[this.#word(id)] as number);
  }

  /**
   * The first type of that name, of that kind where one is given. The first look-up of a type indexes
   * the names of types, the first of a function or variable those.
   */
  findByName<K extends BtfKind = BtfKind>(
    name: string,
    kind?: K,
  ): { readonly id: number; readonly type: Extract<BtfType, { kind: K }> } | undefined {
    const [id] = this.idsByName(name, kind);
    return id === undefined
      ? undefined
      : { id, type: this.type(id) as Extract<BtfType, { kind: K }> };
  }

  /** Ids of everything of that name, and of that kind where one is given; ascending. */
  idsByName(name: string, kind?: BtfKind): readonly number[] {
    if (kind !== undefined) {
      const ids = this.#find(name, SYMBOL_KINDS.has(kind) ? 'symbols' : 'types', false);
      return ids.filter((id) => this.kind(id) === kind);
    }
    const types = this.#find(name, 'types', false);
    const symbols = this.#find(name, 'symbols', false);
    return symbols.length === 0 ? types : [...types, ...symbols].sort((a, b) => a - b);
  }

  /**
   * Ids of every type that has that name once flavours are left out (`task_struct___v5` counts as
   * `task_struct`, in `name` too), ascending: the candidates of a CO-RE relocation. Functions and
   * variables are none.
   */
  idsByEssentialName(name: string): readonly number[] {
    return this.#find(name, 'types', true);
  }

  /** Byte offset in `bytes` of a type that is not void and not the base's. */
  byteOffset(id: number): number {
    return this.#typesStart + 4 * this.#word(id);
  }

  /** The string at that offset of the string sections. */
  string(offset: number): string {
    return this.#strings.at(offset);
  }

  /** For the split BTF that continues this one. */
  get strings(): BtfStrings {
    return this.#strings;
  }

  #find(name: string, group: 'types' | 'symbols', essential: boolean): number[] {
    this.#names[group] ??= this.#namesOf(group);
    const own = this.#names[group].find(name, essential);
    return this.base === null ? own : [...this.base.#find(name, group, essential), ...own];
  }

  #namesOf(group: 'types' | 'symbols'): NameIndex {
    const words = this.#words;
    const offsets = this.#offsets;
    const names = new Uint32Array(offsets.length);
    const ids = new Uint32Array(offsets.length);
    const wanted = group === 'symbols' ? SYMBOL_KIND_BITS : ~SYMBOL_KIND_BITS;
    let count = 0;
    for (let index = 0; index < offsets.length; index++) {
      const at = offsets[index] as number;
      const name = words[at] as number;
      if (name === 0 || ((wanted >>> (((words[at + 1] as number) >>> 24) & 31)) & 1) === 0)
        continue;
      names[count] = name;
      ids[count++] = this.firstId + index;
    }
    return new NameIndex(names.subarray(0, count), ids.subarray(0, count), this.#strings);
  }

  #word(id: number): number {
    const at = this.#offsets[id - this.firstId];
    if (at === undefined) {
      throw new ObjectFormatError(`there is no type ${id} among ${this.typeCount}`, '.BTF');
    }
    return at;
  }
}

export interface BtfOptions {
  /** The BTF that this one continues (split BTF, as kernel modules have it). */
  readonly base?: Btf;
  /** Name in errors. Default `.BTF`. */
  readonly where?: string;
  /** Offset of the bytes in their file, for errors. */
  readonly offset?: number;
}

/**
 * Reads BTF (kernel Documentation/bpf/btf.rst) of either byte order, and checks that every type lies
 * within it, is of a known kind, and refers to types and strings that exist.
 *
 * @throws ObjectFormatError
 */
export function parseBtf(bytes: Uint8Array, options: BtfOptions = {}): Btf {
  const { base = null, where = '.BTF', offset = 0 } = options;
  const header = readBtfHeader(bytes, where, offset, HEADER_SIZE);
  const { endianness } = header;
  if (base !== null && base.endianness !== endianness) {
    throw header.error(`${endianness}-endian, but its base is ${base.endianness}-endian`);
  }
  if (header.u32(8) % 4 !== 0) throw header.error('the type section is not aligned to 4 bytes', 8);
  const headerSize = header.u32(4);
  const part = (at: number, what: string): { bytes: Uint8Array; start: number } => {
    const start = headerSize + header.u32(at);
    return { bytes: header.slice(start, header.u32(at + 4), what), start };
  };
  const types = part(8, 'the type section');
  const table = part(16, 'the string section');
  const terminated = table.bytes.length === 0 ? base !== null : table.bytes.at(-1) === 0;
  if (!terminated || (base === null && table.bytes[0] !== 0)) {
    throw header.error('the string section does not begin and end with a NUL', table.start);
  }
  const strings = new BtfStrings(
    new StringTable(table.bytes, where, offset + table.start),
    base?.strings ?? null,
  );
  const words = wordsOf(types.bytes, endianness);
  const offsets = indexTypes({
    words,
    section: new ByteReader(types.bytes, endianness, where, offset + types.start),
    firstId: base?.typeCount ?? 1,
    stringsEnd: strings.end,
  });
  return new Btf({ bytes, endianness, base, words, offsets, typesStart: types.start, strings });
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
