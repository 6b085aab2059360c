import { ObjectFormatError } from '../../errors.ts';
import type { Btf } from '../btf.ts';
import type { BtfType } from '../types.ts';
import { CWriter, isBuiltin } from './c-writer.ts';
import { selectedIds, type TypeSelection } from './raw.ts';
import { referencesOf } from './references.ts';

type Of<K extends BtfType['kind']> = Extract<BtfType, { kind: K }>;

const HEAD = `#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif
`;

const TAIL = `#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
`;

/**
 * The types as a C header that compiles for BPF, as `bpftool btf dump format c` writes it: each type
 * after those it needs, records laid out as BTF says (gaps as unnamed bit-fields, packed where they do
 * not fit otherwise), accesses to them recorded for CO-RE. With `types`, these and what they need.
 *
 * @throws ObjectFormatError for types that C cannot declare, such as a struct that holds itself
 */
export function formatC(btf: Btf, selection: TypeSelection = {}): string {
  const order = new CDefinitions(btf);
  const referenced = referencedEnums(btf);
  for (const id of selectedIds(btf, selection)) {
    const kind = btf.kind(id);
    switch (kind) {
      case 'struct':
      case 'union':
      case 'fwd':
      case 'typedef':
        if (btf.name(id) !== '') order.complete(id);
        break;
      case 'enum':
      case 'enum64':
        if (btf.name(id) !== '') order.complete(id);
        else if (!referenced.has(id)) order.defineEnum(id);
        break;
    }
  }
  return [HEAD, ...order.definitions, TAIL].join('\n');
}

/** Anonymous enums that are part of another declaration: written there. */
function referencedEnums(btf: Btf): ReadonlySet<number> {
  const found = new Set<number>();
  for (let id = btf.firstId; id < btf.typeCount; id++) {
    const kind = btf.kind(id);
    if (kind === 'func' || kind === 'datasec') continue;
    for (const to of referencesOf(btf.type(id))) {
      const { kind } = btf.type(to);
      if ((kind === 'enum' || kind === 'enum64') && btf.name(to) === '') found.add(to);
    }
  }
  return found;
}

/** Types within types while their order is sought. */
const MAX_NESTING = 512;

/** Collects definitions in an order in which C accepts them. */
class CDefinitions {
  readonly definitions: string[] = [];
  readonly #btf: Btf;
  readonly #writer: CWriter;
  /** Ids whose values C can hold; whose definitions are being sought; whose names C knows. */
  readonly #complete = new Set<number>();
  readonly #open = new Set<number>();
  readonly #declared = new Set<number>();
  /** The record whose own members are looked at: inside it, its name is known. */
  #within = 0;
  #depth = 0;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#writer = new CWriter(btf);
  }

  /** Sees to it that values of the type can be declared. */
  complete(id: number): void {
    if (this.#complete.has(id)) return;
    this.#nested(id, (type) => {
      switch (type.kind) {
        case 'ptr':
          this.#declare(type.type);
          break;
        case 'array':
        case 'const':
        case 'volatile':
        case 'restrict':
        case 'type-tag':
        case 'var':
          this.complete(type.type);
          break;
        case 'typedef':
          this.#declare(id);
          this.#complete.add(id);
          this.complete(type.type);
          break;
        case 'struct':
        case 'union':
          this.#completeRecord(id, type);
          break;
        case 'enum':
        case 'enum64':
          // Anonymous ones are written in the declaration that uses them.
          if (type.name !== '') this.defineEnum(id);
          break;
        case 'fwd':
        case 'func-proto':
          this.#declare(id);
          break;
      }
    });
  }

  defineEnum(id: number): void {
    const type = this.#btf.type(id);
    if (type.kind !== 'enum' && type.kind !== 'enum64') return;
    this.#complete.add(id);
    this.#define(this.#writer.definition(id, type));
  }

  /** Sees to it that pointers to the type can be declared. */
  #declare(id: number): void {
    if (this.#declared.has(id) || this.#complete.has(id)) return;
    this.#nested(id, (type) => {
      switch (type.kind) {
        case 'ptr':
        case 'const':
        case 'volatile':
        case 'restrict':
        case 'type-tag':
          this.#declare(type.type);
          break;
        case 'array':
          this.complete(type.type);
          break;
        case 'enum':
        case 'enum64':
          this.complete(id);
          break;
        case 'typedef':
          this.#declareTypedef(id, type);
          break;
        case 'struct':
        case 'union':
          if (type.name === '') this.complete(id);
          else this.#forward(id, type);
          break;
        case 'fwd':
          this.#forward(id, type);
          break;
        case 'func-proto':
          this.#declared.add(id);
          // What a list of parameters names first is known there only.
          this.#outside(() => {
            this.#declare(type.returns);
            for (const parameter of type.parameters) this.#declare(parameter.type);
          });
          break;
      }
    });
  }

  #declareTypedef(id: number, type: Of<'typedef'>): void {
    if (this.#open.has(id)) {
      throw new ObjectFormatError(`typedef ${type.name} (type ${id}) is defined by itself`, '.BTF');
    }
    this.#open.add(id);
    this.#outside(() => this.#declare(type.type));
    this.#open.delete(id);
    this.#declared.add(id);
    if (!isBuiltin(type.name)) this.#define(this.#writer.definition(id, type));
  }

  #completeRecord(id: number, type: Of<'struct' | 'union'>): void {
    if (this.#open.has(id)) {
      throw new ObjectFormatError(`${type.kind} ${type.name} (type ${id}) contains itself`, '.BTF');
    }
    this.#open.add(id);
    const outer = this.#within;
    if (type.name !== '') this.#within = id;
    for (const member of type.members) this.complete(member.type);
    this.#within = outer;
    this.#open.delete(id);
    this.#complete.add(id);
    if (type.name !== '') this.#define(this.#writer.definition(id, type));
  }

  #forward(id: number, type: Of<'struct' | 'union' | 'fwd'>): void {
    if (id === this.#within) return;
    this.#declared.add(id);
    this.#define(this.#writer.forward(id, type));
  }

  #outside(work: () => void): void {
    const outer = this.#within;
    this.#within = 0;
    work();
    this.#within = outer;
  }

  #nested(id: number, work: (type: BtfType) => void): void {
    if (this.#depth >= MAX_NESTING) {
      throw new ObjectFormatError(
        `type ${id} leads through more than ${MAX_NESTING} types`,
        '.BTF',
      );
    }
    this.#depth++;
    work(this.#btf.type(id));
    this.#depth--;
  }

  #define(text: string): void {
    this.definitions.push(`${text}\n`);
  }
}
