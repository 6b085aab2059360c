/**
 * The decoded form of BTF types (kernel Documentation/bpf/btf.rst). `type` fields are type ids, 0 is
 * void. Names are '' for anonymous types. Sizes are bytes, bit offsets count from the start of the
 * type.
 */
export type BtfType =
  | { readonly kind: 'void' }
  | {
      readonly kind: 'int';
      readonly name: string;
      readonly size: number;
      /** Width in bits, and where it begins inside `size`. */
      readonly bits: number;
      readonly bitOffset: number;
      readonly encoding: 'unsigned' | 'signed' | 'char' | 'bool';
    }
  | { readonly kind: 'float'; readonly name: string; readonly size: number }
  | { readonly kind: 'ptr'; readonly type: number }
  | {
      readonly kind: 'array';
      readonly type: number;
      readonly indexType: number;
      /** Elements; 0 of a flexible array. */
      readonly length: number;
    }
  | {
      readonly kind: 'struct' | 'union';
      readonly name: string;
      readonly size: number;
      readonly members: readonly BtfMember[];
    }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly { readonly name: string; readonly value: number }[];
    }
  | {
      readonly kind: 'enum64';
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly { readonly name: string; readonly value: bigint }[];
    }
  | { readonly kind: 'fwd'; readonly name: string; readonly of: 'struct' | 'union' }
  | { readonly kind: 'typedef'; readonly name: string; readonly type: number }
  | { readonly kind: 'volatile' | 'const' | 'restrict'; readonly type: number }
  | { readonly kind: 'type-tag'; readonly name: string; readonly type: number }
  | {
      readonly kind: 'func';
      readonly name: string;
      /** Id of its func-proto. */
      readonly type: number;
      readonly linkage: 'static' | 'global' | 'extern';
    }
  | {
      readonly kind: 'func-proto';
      readonly returns: number;
      /** A last parameter without name and type stands for `...`. */
      readonly parameters: readonly { readonly name: string; readonly type: number }[];
    }
  | {
      readonly kind: 'var';
      readonly name: string;
      readonly type: number;
      readonly linkage: 'static' | 'global' | 'extern';
    }
  | {
      readonly kind: 'datasec';
      readonly name: string;
      readonly size: number;
      /** `type` is the id of a var. */
      readonly variables: readonly {
        readonly type: number;
        readonly offset: number;
        readonly size: number;
      }[];
    }
  | {
      readonly kind: 'decl-tag';
      readonly name: string;
      readonly type: number;
      /** Member or parameter that is tagged; -1: the type itself. */
      readonly component: number;
    };

export type BtfKind = BtfType['kind'];

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  readonly bitOffset: number;
  /** Bits of a bit-field; 0 of an ordinary member. */
  readonly bitfieldSize: number;
}
