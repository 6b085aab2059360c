import type { BtfKind } from './types.ts';

/**
 * How a kind is laid out after the three words that all share (kernel include/uapi/linux/btf.h).
 * Words are of 32 bits.
 */
export interface BtfKindLayout {
  readonly kind: BtfKind;
  /** The third word of the common part is a type id, not a size. */
  readonly refers: boolean;
  /** Words that follow once, of which the first `fixedTypes` are type ids. */
  readonly fixed: number;
  readonly fixedTypes: number;
  /** Words of each of the `vlen` entries that follow. */
  readonly entry: number;
  /** The first word of an entry is a string offset. */
  readonly entryName: boolean;
  /** Word of an entry that is a type id; -1: none is. */
  readonly entryType: number;
}

/** Words that all types begin with: name, info, size or type id. */
export const COMMON_WORDS = 3;

function row(kind: BtfKind, refers: boolean, rest: Partial<BtfKindLayout> = {}): BtfKindLayout {
  return {
    kind,
    refers,
    fixed: 0,
    fixedTypes: 0,
    entry: 0,
    entryName: false,
    entryType: -1,
    ...rest,
  };
}

const MEMBERS = { entry: 3, entryName: true, entryType: 1 };

/** By BTF_KIND_*; 0 is void and stands in no type section. */
export const BTF_KINDS: readonly (BtfKindLayout | null)[] = [
  null,
  row('int', false, { fixed: 1 }),
  row('ptr', true),
  row('array', false, { fixed: 3, fixedTypes: 2 }),
  row('struct', false, MEMBERS),
  row('union', false, MEMBERS),
  row('enum', false, { entry: 2, entryName: true }),
  row('fwd', false),
  row('typedef', true),
  row('volatile', true),
  row('const', true),
  row('restrict', true),
  row('func', true),
  row('func-proto', true, { entry: 2, entryName: true, entryType: 1 }),
  row('var', true, { fixed: 1 }),
  row('datasec', false, { entry: 3, entryType: 0 }),
  row('float', false),
  row('decl-tag', true, { fixed: 1 }),
  row('type-tag', true),
  row('enum64', false, { entry: 3, entryName: true }),
];

/** Layout of the kind that an info word (the second of a type) names; null: there is no such kind. */
export function layoutOf(info: number): BtfKindLayout | null {
  return BTF_KINDS[(info >>> 24) & 31] ?? null;
}
