import { BTF_MAGIC, type Btf, parseBtf } from '../../btf/btf.ts';
import { COMMON_WORDS, layoutOf } from '../../btf/kinds.ts';
import type { Endianness } from '../../isa/instruction.ts';
import type { Input } from './input.ts';
import type { Definition, SymbolTable } from './symbol-table.ts';

/** The types of all objects, and what became of the ids and strings of each. */
export interface MergedBtf {
  readonly btf: Btf | null;
  /** By object: new id of each type. */
  readonly ids: ReadonlyMap<Input, Uint32Array>;
  /** By object: what is added to the offset of a string. */
  readonly stringShifts: ReadonlyMap<Input, number>;
  /** New ids of sections of variables, by name. */
  readonly sections: ReadonlyMap<string, number>;
}

const HEADER_SIZE = 24;
const KIND_DATASEC = 15;
const ALIGNMENT = 8;
/** Equal in all objects; one copy remains. */
const KEPT_ONCE: ReadonlySet<string> = new Set(['license', 'version']);

/**
 * Puts the types of all objects one after another, sections of variables at the end, one of each name.
 * Equal types are not joined (libbpf's btf__dedup does): ids stay unambiguous, the kernel does not
 * mind. Extern symbols become the ones that define them, or one for all objects.
 */
export function mergeBtf(
  inputs: readonly Input[],
  symbols: SymbolTable,
  endianness: Endianness,
): MergedBtf {
  const merger = new BtfMerger(inputs, symbols);
  if (merger.isEmpty) {
    return { btf: null, ids: new Map(), stringShifts: new Map(), sections: new Map() };
  }
  merger.assignIds();
  merger.writeTypes();
  const sections = merger.writeSections();
  return {
    btf: parseBtf(merger.bytes(endianness)),
    ids: merger.ids,
    stringShifts: merger.stringShifts,
    sections,
  };
}

interface SectionEntry {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

class BtfMerger {
  readonly ids = new Map<Input, Uint32Array>();
  readonly stringShifts = new Map<Input, number>();
  readonly #inputs: readonly { readonly input: Input; readonly btf: Btf }[];
  readonly #symbols: SymbolTable;
  readonly #overridden: ReadonlyMap<Input, ReadonlySet<number>>;
  /** Types that stand for themselves, by old id. */
  readonly #kept = new Map<Input, Uint8Array>();
  readonly #words: number[] = [];
  #nextId = 1;
  #stringEnd = 0;

  constructor(inputs: readonly Input[], symbols: SymbolTable) {
    this.#inputs = inputs.flatMap((input) =>
      input.spec.btf === null ? [] : [{ input, btf: input.spec.btf }],
    );
    this.#symbols = symbols;
    this.#overridden = new Map(
      inputs.map((input) => [
        input,
        new Set(symbols.overridden.flatMap((each) => (each.input === input ? [each.btfId] : []))),
      ]),
    );
  }

  get isEmpty(): boolean {
    return this.#inputs.length === 0;
  }

  assignIds(): void {
    const externs = new Map<string, number>();
    const defined: { ids: Uint32Array; id: number; definition: Definition }[] = [];
    for (const { input, btf } of this.#inputs) {
      const ids = new Uint32Array(btf.typeCount);
      this.ids.set(input, ids);
      const kept = new Uint8Array(btf.typeCount);
      this.#kept.set(input, kept);
      this.stringShifts.set(input, this.#stringEnd);
      this.#stringEnd += btf.strings.end;
      for (let id = 1; id < btf.typeCount; id++) {
        if (btf.kind(id) === 'datasec') continue;
        const name = externName(btf, id);
        const definition = name === null ? undefined : this.#symbols.get(name);
        const known = name === null ? undefined : externs.get(name);
        if (definition !== undefined && definition.btfId !== 0) {
          defined.push({ ids, id, definition });
        } else if (known !== undefined) {
          ids[id] = known;
        } else {
          if (name !== null) externs.set(name, this.#nextId);
          ids[id] = this.#nextId++;
          kept[id] = 1;
        }
      }
    }
    for (const { ids, id, definition } of defined) {
      ids[id] = this.ids.get(definition.input)?.[definition.btfId] ?? 0;
    }
  }

  writeTypes(): void {
    for (const { input, btf } of this.#inputs) {
      const ids = this.ids.get(input) as Uint32Array;
      const kept = this.#kept.get(input);
      for (let id = 1; id < btf.typeCount; id++) {
        if (kept?.[id] !== 1) continue;
        this.#writeType(btf, id, ids, this.stringShifts.get(input) ?? 0);
      }
    }
  }

  #writeType(btf: Btf, id: number, ids: Uint32Array, stringShift: number): void {
    const view = new DataView(btf.bytes.buffer, btf.bytes.byteOffset + btf.byteOffset(id));
    const little = btf.endianness === 'little';
    const word = (index: number): number => view.getUint32(index * 4, little);
    const text = (index: number): number => (word(index) === 0 ? 0 : word(index) + stringShift);
    const type = (index: number): number => ids[word(index)] ?? 0;
    const info = word(1);
    const layout = layoutOf(info);
    if (layout === null) return;
    this.#words.push(text(0), info, layout.refers ? type(2) : word(2));
    for (let index = 0; index < layout.fixed; index++) {
      const at = COMMON_WORDS + index;
      this.#words.push(index < layout.fixedTypes ? type(at) : word(at));
    }
    const count = layout.entry === 0 ? 0 : info & 0xffff;
    for (let entry = 0; entry < count; entry++) {
      const start = COMMON_WORDS + layout.fixed + entry * layout.entry;
      for (let index = 0; index < layout.entry; index++) {
        const at = start + index;
        this.#words.push(
          index === 0 && layout.entryName
            ? text(at)
            : index === layout.entryType
              ? type(at)
              : word(at),
        );
      }
    }
  }

  /** @returns ids by name */
  writeSections(): ReadonlyMap<string, number> {
    const sections = new Map<
      string,
      { nameOffset: number; size: number; entries: SectionEntry[] }
    >();
    for (const { input, btf } of this.#inputs) {
      for (let id = 1; id < btf.typeCount; id++) {
        if (btf.kind(id) !== 'datasec') continue;
        const type = btf.type(id);
        if (type.kind !== 'datasec') continue;
        const nameOffset = this.#nameOffset(btf, id) + (this.stringShifts.get(input) ?? 0);
        const known = sections.get(type.name);
        if (known !== undefined && KEPT_ONCE.has(type.name)) continue;
        const section = known ?? { nameOffset, size: 0, entries: [] };
        sections.set(type.name, section);
        const aligned = Math.ceil(section.size / ALIGNMENT) * ALIGNMENT;
        const base = input.dataBases.get(type.name) ?? aligned;
        section.entries.push(...this.#entries(input, btf, type.variables, base));
        section.size = type.size === 0 ? section.size : base + type.size;
      }
    }
    const ids = new Map<string, number>();
    for (const [name, { nameOffset, size, entries }] of sections) {
      const unique = [...new Map(entries.map((entry) => [entry.type, entry])).values()];
      unique.sort((a, b) => a.offset - b.offset);
      if (unique.length === 0 || unique.length > 0xffff) continue;
      ids.set(name, this.#nextId++);
      this.#words.push(nameOffset, ((KIND_DATASEC << 24) | unique.length) >>> 0, size);
      for (const entry of unique) this.#words.push(entry.type, entry.offset, entry.size);
    }
    return ids;
  }

  /** Without what another object defines, or defines better. */
  #entries(
    input: Input,
    btf: Btf,
    variables: readonly SectionEntry[],
    base: number,
  ): readonly SectionEntry[] {
    const ids = this.ids.get(input) as Uint32Array;
    return variables.flatMap(({ type, offset, size }) => {
      const name = externName(btf, type);
      if (name !== null && this.#symbols.get(name) !== undefined) return [];
      if (this.#overridden.get(input)?.has(type)) return [];
      return [{ type: ids[type] ?? 0, offset: name === null ? base + offset : 0, size }];
    });
  }

  #nameOffset(btf: Btf, id: number): number {
    const view = new DataView(btf.bytes.buffer, btf.bytes.byteOffset + btf.byteOffset(id));
    return view.getUint32(0, btf.endianness === 'little');
  }

  bytes(endianness: Endianness): Uint8Array {
    const typesLength = this.#words.length * 4;
    const bytes = new Uint8Array(HEADER_SIZE + typesLength + this.#stringEnd);
    const view = new DataView(bytes.buffer);
    const little = endianness === 'little';
    view.setUint16(0, BTF_MAGIC, little);
    view.setUint8(2, 1);
    [HEADER_SIZE, 0, typesLength, typesLength, this.#stringEnd, ...this.#words].forEach(
      (word, index) => {
        view.setUint32(4 + index * 4, word, little);
      },
    );
    for (const { input, btf } of this.#inputs) {
      const at = HEADER_SIZE + typesLength + (this.stringShifts.get(input) ?? 0);
      bytes.set(btf.strings.holding(0).bytes, at);
    }
    return bytes;
  }
}

/** Name of an extern VAR or FUNC; null of all else. */
function externName(btf: Btf, id: number): string | null {
  const kind = btf.kind(id);
  if (kind !== 'var' && kind !== 'func') return null;
  const type = btf.type(id);
  return (type.kind === 'var' || type.kind === 'func') && type.linkage === 'extern'
    ? type.name
    : null;
}
