import type { BtfKind } from './types.ts';

/** How a kind is laid out after the 12 bytes that all share (kernel include/uapi/linux/btf.h). */
export interface BtfKindLayout {
  readonly kind: BtfKind;
  /** The third word of the common part is a type id, not a size. */
  readonly refers: boolean;
  /** Bytes that follow once. */
  readonly fixed: number;
  /** Bytes of each of the `vlen` entries that follow. */
  readonly entry: number;
  /** Words of the fixed part and of an entry that are type ids or string offsets. */
  readonly fixedTypes: readonly number[];
  readonly entryName: boolean;
  readonly entryTypes: readonly number[];
}

function row(
  kind: BtfKind,
  refers: boolean,
  fixed = 0,
  entry = 0,
  words: Partial<Pick<BtfKindLayout, 'fixedTypes' | 'entryName' | 'entryTypes'>> = {},
): BtfKindLayout {
  return { kind, refers, fixed, entry, fixedTypes: [], entryName: false, entryTypes: [], ...words };
}

const NAMED_WITH_TYPE = { entryName: true, entryTypes: [1] };

/** By BTF_KIND_*; 0 is void and stands in no type section. */
export const BTF_KINDS: readonly (BtfKindLayout | null)[] = [
  null,
  row('int', false, 4),
  row('ptr', true),
  row('array', false, 12, 0, { fixedTypes: [0, 1] }),
  row('struct', false, 0, 12, NAMED_WITH_TYPE),
  row('union', false, 0, 12, NAMED_WITH_TYPE),
  row('enum', false, 0, 8, { entryName: true }),
  row('fwd', false),
  row('typedef', true),
  row('volatile', true),
  row('const', true),
  row('restrict', true),
  row('func', true),
  row('func-proto', true, 0, 8, NAMED_WITH_TYPE),
  row('var', true, 4),
  row('datasec', false, 0, 12, { entryTypes: [0] }),
  row('float', false),
  row('decl-tag', true, 4),
  row('type-tag', true),
  row('enum64', false, 0, 12, { entryName: true }),
];
