import { type Btf, parseBtf } from '../btf/btf.ts';
import type { BtfType } from '../btf/types.ts';
import { encodeUtf8 } from '../elf/text.ts';
import { btfSections } from '../object/btf-sections.ts';
import { KCONFIG_MAP } from '../object/kconfig-map.ts';
import type { MapSpec, ObjectSpec } from '../object/spec.ts';

const KSYMS_SECTION = '.ksyms';
/** Stands in `.ksyms` for functions, since the kernel takes variables alone there. */
const DUMMY_NAME = 'dummy_ksym';
const KIND_VAR = 14;
const LINKAGE_GLOBAL = 1;
const HEADER_TYPES_LENGTH = 12;
const HEADER_STRINGS_OFFSET = 16;
const HEADER_STRINGS_LENGTH = 20;
/** Bytes of a VAR, of what other types begin with, and of an entry of a DATASEC. */
const VAR_SIZE = 16;
const COMMON_SIZE = 12;
const ENTRY_SIZE = 12;
const PARAMETER_SIZE = 8;
/** Bytes that every kernel symbol is said to have. */
const KSYM_SIZE = 4;

/**
 * The types of an object as the kernel takes them: it knows no extern variables. As in libbpf
 * (bpf_object__collect_externs), values of `.kconfig` become variables of the map that holds them,
 * kernel symbols become global, and variables among them integers. No type changes its id.
 *
 * @returns the object's own types where it has no such externs
 */
export function btfWithoutExterns({ btf, externs, maps }: ObjectSpec): Btf | null {
  if (btf === null || externs.every(({ source }) => source === 'object')) return btf;
  const writer = new ExternWriter(btf);
  const sections = btfSections(btf);
  const kconfig = maps.find(({ name }) => name === KCONFIG_MAP);
  const configured = sections.get(KCONFIG_MAP);
  if (configured !== undefined && kconfig !== undefined) {
    writer.placeKconfig(configured.id, kconfig);
  }
  const kernel = sections.get(KSYMS_SECTION);
  if (kernel !== undefined) writer.placeKernel(kernel.id);
  return parseBtf(writer.bytes);
}

class ExternWriter {
  readonly #btf: Btf;
  readonly #little: boolean;
  bytes: Uint8Array;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#little = btf.endianness === 'little';
    this.bytes = btf.bytes.slice();
  }

  placeKconfig(id: number, { valueSize, globals }: MapSpec): void {
    const offsets = new Map(globals?.variables.map(({ btfId, offset }) => [btfId, offset]));
    const entries = this.#section(id).variables;
    const placed = entries
      .map((entry) => ({ ...entry, offset: offsets.get(entry.type) ?? 0 }))
      .sort((a, b) => a.offset - b.offset);
    for (const { type } of placed) this.#setLinkage(type);
    this.#writeSection(id, valueSize, placed);
  }

  placeKernel(id: number): void {
    const { variables } = this.#section(id);
    const integer = this.#integerId();
    const dummy = variables.some(({ type }) => this.#btf.kind(type) === 'func')
      ? this.#addDummy(integer)
      : null;
    const placed = variables.map(({ type }, index) => {
      const symbol = this.#btf.type(type);
      if (symbol.kind === 'func') this.#placeFunction(type, symbol, dummy?.name ?? 0);
      else {
        this.#setLinkage(type);
        this.#set(this.#btf.byteOffset(type) + 8, integer);
      }
      const stands = symbol.kind === 'func' && dummy !== null ? dummy.id : type;
      return { type: stands, offset: index * KSYM_SIZE, size: KSYM_SIZE };
    });
    this.#writeSection(id, variables.length * KSYM_SIZE, placed);
  }

  /** Extern functions need a linkage that the kernel knows, and names of their parameters. */
  #placeFunction(id: number, symbol: BtfType & { kind: 'func' }, name: number): void {
    const info = this.#btf.byteOffset(id) + 4;
    this.#set(info, ((this.#get(info) & ~0xffff) | LINKAGE_GLOBAL) >>> 0);
    const proto = this.#btf.type(symbol.type);
    if (proto.kind !== 'func-proto') return;
    const first = this.#btf.byteOffset(symbol.type) + COMMON_SIZE;
    proto.parameters.forEach((parameter, index) => {
      if (parameter.type === 0 || parameter.name !== '') return;
      this.#set(first + index * PARAMETER_SIZE, name);
    });
  }

  #setLinkage(id: number): void {
    if (this.#btf.kind(id) === 'var') this.#set(this.#btf.byteOffset(id) + 12, LINKAGE_GLOBAL);
  }

  /** The first integer of 32 bits; 0, void, without. */
  #integerId(): number {
    for (let id = 1; id < this.#btf.typeCount; id++) {
      if (this.#btf.kind(id) !== 'int') continue;
      const type = this.#btf.type(id);
      if (type.kind === 'int' && type.bits === 32) return id;
    }
    return 0;
  }

  /** Appends a variable. @returns its id and the offset of its name */
  #addDummy(type: number): { readonly id: number; readonly name: number } {
    const headerSize = this.#get(4);
    const typesLength = this.#get(HEADER_TYPES_LENGTH);
    const stringsOffset = this.#get(HEADER_STRINGS_OFFSET);
    const stringsLength = this.#get(HEADER_STRINGS_LENGTH);
    const typesStart = headerSize + this.#get(8);
    const types = this.bytes.subarray(typesStart, typesStart + typesLength);
    const stringsStart = headerSize + stringsOffset;
    const strings = this.bytes.subarray(stringsStart, stringsStart + stringsLength);
    const added = encodeUtf8(`${DUMMY_NAME}\0`);
    // The same header and types in their place; strings move behind them.
    const before = typesStart + typesLength;
    const bytes = new Uint8Array(before + VAR_SIZE + stringsLength + added.length);
    bytes.set(this.bytes.subarray(0, typesStart));
    bytes.set(types, typesStart);
    bytes.set(strings, before + VAR_SIZE);
    bytes.set(added, before + VAR_SIZE + stringsLength);
    this.bytes = bytes;
    this.#set(HEADER_TYPES_LENGTH, typesLength + VAR_SIZE);
    this.#set(HEADER_STRINGS_OFFSET, before + VAR_SIZE - headerSize);
    this.#set(HEADER_STRINGS_LENGTH, stringsLength + added.length);
    [stringsLength, (KIND_VAR << 24) >>> 0, type, LINKAGE_GLOBAL].forEach((word, index) => {
      this.#set(before + index * 4, word);
    });
    return { id: this.#btf.typeCount, name: stringsLength };
  }

  #section(id: number): BtfType & { kind: 'datasec' } {
    const section = this.#btf.type(id);
    return section.kind === 'datasec'
      ? section
      : { kind: 'datasec', name: '', size: 0, variables: [] };
  }

  #writeSection(
    id: number,
    size: number,
    entries: readonly { readonly type: number; readonly offset: number; readonly size: number }[],
  ): void {
    const start = this.#btf.byteOffset(id);
    this.#set(start + 8, size);
    entries.forEach((entry, index) => {
      const at = start + COMMON_SIZE + index * ENTRY_SIZE;
      this.#set(at, entry.type);
      this.#set(at + 4, entry.offset);
      this.#set(at + 8, entry.size);
    });
  }

  #get(at: number): number {
    return this.#view().getUint32(at, this.#little);
  }

  #set(at: number, word: number): void {
    this.#view().setUint32(at, word, this.#little);
  }

  #view(): DataView {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }
}
