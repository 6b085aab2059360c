import { ObjectFormatError } from '../../errors.ts';
import { bitFieldOf } from '../bit-field.ts';
import type { Btf } from '../btf.ts';
import { POINTER_SIZE, sizeOfType, skipModifiers } from '../resolve.ts';
import type { BtfMember, BtfType } from '../types.ts';

type Record = Extract<BtfType, { kind: 'struct' | 'union' }>;

/** A line of a record's body in C. */
export type LayoutItem =
  | { readonly kind: 'member'; readonly member: BtfMember; readonly width: number | null }
  /** An unnamed bit-field: `int: 24`. */
  | {
      readonly kind: 'gap';
      readonly type: 'char' | 'short' | 'int' | 'long';
      readonly bits: number;
    }
  /** A gap too long for that, bytes. */
  | { readonly kind: 'bytes'; readonly count: number };

/** How C must be told about a record for the compiler to lay it out as BTF says. */
export interface CLayout {
  /** Bytes. */
  readonly align: number;
  readonly packed: boolean;
  /** null: members overlap or are out of order, which C cannot say. */
  readonly items: readonly LayoutItem[] | null;
}

/** Gaps from this many bits on become arrays of bytes; below, a few bit-fields. */
const LONG_GAP = 512;
/** Records within records, typedefs not counted. */
const MAX_NESTING = 128;
const GAP_TYPES = [
  ['char', 8],
  ['short', 16],
  ['int', 32],
  ['long', 64],
] as const;

/**
 * Alignment and layout of records by the rules of the System V ABI for 64-bit machines, which clang
 * follows for BPF too. BTF has offsets and sizes only, so that packing is what does not fit otherwise.
 */
export class CLayouts {
  readonly #btf: Btf;
  readonly #known = new Map<number, CLayout>();
  #depth = 0;

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** @throws ObjectFormatError for a record that contains itself, or nests too deep */
  of(id: number, record: Record): CLayout {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#depth >= MAX_NESTING) {
      throw new ObjectFormatError(`type ${id} nests more than ${MAX_NESTING} records`, '.BTF');
    }
    this.#depth++;
    const layout = this.#layOut(record);
    this.#depth--;
    this.#known.set(id, layout);
    return layout;
  }

  #alignOf(id: number): number {
    const { id: at, type } = skipModifiers(this.#btf, id);
    switch (type.kind) {
      case 'int':
      case 'float':
      case 'enum':
      case 'enum64':
        return Math.max(1, Math.min(16, type.size));
      case 'ptr':
        return POINTER_SIZE;
      case 'array': {
        // Arrays of arrays end at the depth that sizeOfType checked.
        let element = skipModifiers(this.#btf, type.type);
        while (element.type.kind === 'array') element = skipModifiers(this.#btf, element.type.type);
        return element.type.kind === 'void' ? 1 : this.#alignOf(element.id);
      }
      case 'struct':
      case 'union':
        return this.of(at, type).align;
      default:
        return 1;
    }
  }

  #layOut(record: Record): CLayout {
    const members = record.members.map((member) => {
      const size = sizeOfType(this.#btf, member.type) ?? 0;
      const field = bitFieldOf(this.#btf, member);
      return {
        member,
        width: field?.width ?? null,
        offset: field?.bitOffset ?? member.bitOffset,
        unit: size * 8,
        align: this.#alignOf(member.type) * 8,
      };
    });
    const natural = Math.max(8, ...members.map(({ align }) => align));
    const misplaced = members.some(({ width, offset, unit, align }) =>
      width === null ? offset % align !== 0 : (offset % unit) + width > unit,
    );
    const packed = misplaced || (record.size * 8) % natural !== 0;
    const align = packed ? 8 : natural;
    const items: LayoutItem[] = [];
    let at = 0;
    for (const { member, width, offset, unit, align: own } of members) {
      if (record.kind === 'union') at = 0;
      const step = packed ? (width === null ? 8 : 1) : own;
      const stays = width !== null && (packed || (at % unit) + width <= unit);
      const next = stays ? at : roundUp(at, step);
      if (offset < at) return { align: align / 8, packed, items: null };
      if (next !== offset) pushGap(items, at, offset);
      items.push({ kind: 'member', member, width });
      at = offset + (width ?? unit);
      if (at > record.size * 8) return { align: align / 8, packed, items: null };
    }
    this.#pushEnd(items, record, at, align);
    return { align: align / 8, packed, items };
  }

  #pushEnd(items: LayoutItem[], record: Record, at: number, align: number): void {
    if (record.kind === 'struct') {
      if (roundUp(at, align) !== record.size * 8) pushGap(items, at, record.size * 8);
      return;
    }
    const longest = Math.max(
      0,
      ...record.members.map(
        (member) =>
          bitFieldOf(this.#btf, member)?.width ?? (sizeOfType(this.#btf, member.type) ?? 0) * 8,
      ),
    );
    if (roundUp(longest, align) !== record.size * 8)
      items.push({ kind: 'bytes', count: record.size });
  }
}

/** Fills the bits `from..to` so that no bit-field crosses a boundary of its type. */
function pushGap(items: LayoutItem[], from: number, to: number): void {
  let at = from;
  while (at < to) {
    if (to - at >= LONG_GAP && at % 8 === 0) {
      const count = Math.floor((to - at) / 8);
      items.push({ kind: 'bytes', count });
      at += count * 8;
      continue;
    }
    const bits = Math.min(to - at, 64 - (at % 64));
    const from = at;
    const [type] = GAP_TYPES.find(([, size]) => (from % size) + bits <= size) ?? GAP_TYPES[3];
    items.push({ kind: 'gap', type, bits });
    at += bits;
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
