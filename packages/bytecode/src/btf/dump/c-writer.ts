import { ObjectFormatError } from '../../errors.ts';
import type { Btf } from '../btf.ts';
import type { BtfType } from '../types.ts';
import { enumMode, floatInC, integerInC } from './c-base-types.ts';
import { CLayouts } from './c-layout.ts';
import { CNames, identifier } from './c-names.ts';

type Of<K extends BtfType['kind']> = Extract<BtfType, { kind: K }>;

/** Types within types while one declaration is written. */
const MAX_NESTING = 256;
/** Characters that may be written: anonymous types are written where they are used, over and over. */
const BUDGET_BASE = 4 << 20;
const BUDGET_FACTOR = 16;

/** What goes before and after the base type of a declaration. */
interface Qualifiers {
  readonly before: string;
  /** Type tags. */
  readonly after: string;
}

const UNQUALIFIED: Qualifiers = { before: '', after: '' };

/** Writes single declarations of C; their order is not its business. */
export class CWriter {
  readonly #btf: Btf;
  readonly #names: CNames;
  readonly #layouts: CLayouts;
  #depth = 0;
  #budget: number;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#names = new CNames(btf);
    this.#layouts = new CLayouts(btf);
    this.#budget = BUDGET_BASE + BUDGET_FACTOR * btf.bytes.length;
  }

  /** `struct task_struct;` */
  forward(id: number, type: Of<'struct' | 'union' | 'fwd'>): string {
    return `${type.kind === 'fwd' ? type.of : type.kind} ${this.#names.ofType(id, type)};`;
  }

  /** The full definition of a struct, union, enum or typedef. */
  definition(id: number, type: Of<'struct' | 'union' | 'enum' | 'enum64' | 'typedef'>): string {
    switch (type.kind) {
      case 'typedef':
        return `typedef ${this.declaration(type.type, this.#names.ofType(id, type))};`;
      case 'enum':
      case 'enum64':
        return `${this.#enumBody(id, type, 0)};`;
      default:
        return `${this.#recordBody(id, type, 0)};`;
    }
  }

  /**
   * Declares `inner` to be of that type, inside out as C has it: `*p` of an array of 4 int is
   * `int (*p)[4]`.
   *
   * @param level tabs before the lines of a body
   */
  declaration(id: number, inner: string, level = 0, qualifiers: Qualifiers = UNQUALIFIED): string {
    this.#spend(inner.length);
    if (this.#depth >= MAX_NESTING) {
      throw new ObjectFormatError(`type ${id} nests more than ${MAX_NESTING} types`, '.BTF');
    }
    this.#depth++;
    const text = this.#declare(id, this.#btf.type(id), inner, level, qualifiers);
    this.#depth--;
    return text;
  }

  #declare(
    id: number,
    type: BtfType,
    inner: string,
    level: number,
    qualifiers: Qualifiers,
  ): string {
    const { before, after } = qualifiers;
    const base = (text: string): string => {
      const spaced = inner === '' || inner.startsWith('[') ? inner : ` ${inner}`;
      return `${before}${text}${after}${spaced}`;
    };
    switch (type.kind) {
      case 'void':
        return base('void');
      case 'int':
        return base(integerInC(type));
      case 'float':
        return base(floatInC(type));
      case 'typedef':
        if (isBuiltin(type.name)) return this.declaration(type.type, inner, level, qualifiers);
        return base(this.#names.ofType(id, type));
      case 'fwd':
        return base(`${type.of} ${this.#names.ofType(id, type)}`);
      case 'struct':
      case 'union':
        if (type.name !== '') return base(`${type.kind} ${this.#names.ofType(id, type)}`);
        return base(this.#recordBody(id, type, level));
      case 'enum':
      case 'enum64':
        if (type.name !== '') return base(`enum ${this.#names.ofType(id, type)}`);
        return base(this.#enumBody(id, type, level));
      case 'const':
      case 'volatile':
      case 'restrict': {
        // Twice the same qualifier is legal BTF, but a warning in C.
        const once = before.includes(type.kind) ? before : `${before}${type.kind} `;
        return this.declaration(type.type, inner, level, { before: once, after });
      }
      case 'type-tag': {
        const tag = ` __attribute__((btf_type_tag("${type.name.replaceAll(/["\\\n]/g, '_')}")))`;
        return this.declaration(type.type, inner, level, { before, after: after + tag });
      }
      case 'ptr': {
        const own = `${after.trimStart()}${after === '' ? '' : ' '}${before}`;
        const pointer = `*${own}${inner}`;
        const wrapped = this.#isSuffixed(type.type) ? `(${pointer})` : pointer;
        return this.declaration(type.type, wrapped, level);
      }
      case 'array':
        return this.declaration(type.type, `${inner}[${type.length}]`, level, qualifiers);
      case 'func-proto':
        return this.declaration(type.returns, `${inner}(${this.#parameters(type, level)})`, level);
      case 'var':
      case 'func':
        return this.declaration(type.type, inner, level, qualifiers);
      case 'datasec':
      case 'decl-tag':
        throw new ObjectFormatError(
          `type ${id} is a ${type.kind}, of which there are no values`,
          '.BTF',
        );
    }
  }

  /** Whether a pointer to it needs parentheses: arrays and functions are written after the name. */
  #isSuffixed(id: number): boolean {
    let type = this.#btf.type(id);
    for (let depth = 0; depth < MAX_NESTING; depth++) {
      switch (type.kind) {
        case 'const':
        case 'volatile':
        case 'restrict':
        case 'type-tag':
          type = this.#btf.type(type.type);
          break;
        default:
          return type.kind === 'array' || type.kind === 'func-proto';
      }
    }
    return false;
  }

  #parameters({ parameters }: Of<'func-proto'>, level: number): string {
    if (parameters.length === 0) return 'void';
    return parameters
      .map(({ name, type }, index) => {
        if (type !== 0) return this.declaration(type, identifier(name), level);
        // `...` alone is no C; a function of unknown parameters is.
        return index === 0 ? '' : '...';
      })
      .join(', ');
  }

  #recordBody(id: number, type: Of<'struct' | 'union'>, level: number): string {
    const { items, packed } = this.#layouts.of(id, type);
    const head = type.name === '' ? type.kind : `${type.kind} ${this.#names.ofType(id, type)}`;
    const indent = '\t'.repeat(level + 1);
    const lines = [`${head} {`];
    const push = (line: string): void => {
      this.#spend(line.length);
      lines.push(`${indent}${line};`);
    };
    for (const [index, item] of (items ?? []).entries()) {
      switch (item.kind) {
        case 'member': {
          const name = identifier(item.member.name);
          const bits = item.width === null ? '' : `: ${item.width}`;
          push(`${this.declaration(item.member.type, name, level + 1)}${bits}`);
          break;
        }
        case 'gap':
          push(`${item.type}: ${item.bits}`);
          break;
        case 'bytes':
          push(`unsigned char __padding_${index}[${item.count}]`);
          break;
      }
    }
    if (items === null) push(`unsigned char __overlapping_members[${type.size}]`);
    lines.push(`${'\t'.repeat(level)}}${packed ? ' __attribute__((packed))' : ''}`);
    return lines.join('\n');
  }

  #enumBody(id: number, type: Of<'enum' | 'enum64'>, level: number): string {
    const head = type.name === '' ? 'enum' : `enum ${this.#names.ofType(id, type)}`;
    if (type.values.length === 0) return head;
    const indent = '\t'.repeat(level + 1);
    const lines = type.values.map(({ name, value }) => {
      const line = `${indent}${this.#names.enumerator(name)} = ${enumeratorInC(value)},`;
      this.#spend(line.length);
      return line;
    });
    return `${head} {\n${lines.join('\n')}\n${'\t'.repeat(level)}}${enumMode(type.size)}`;
  }

  #spend(characters: number): void {
    this.#budget -= characters + 1;
    if (this.#budget < 0) {
      throw new ObjectFormatError('its types repeat each other without end', '.BTF');
    }
  }
}

/**
 * `__builtin_va_list` and the like: the compiler has its own, of which a name cannot be defined again,
 * and on BPF another than the kernel's. What it stands for is written instead.
 */
export function isBuiltin(typedef: string): boolean {
  return typedef.startsWith('__builtin_');
}

function enumeratorInC(value: number | bigint): string {
  if (typeof value === 'number') return String(value);
  // The most negative number is no literal: C reads a minus and a number that does not fit.
  if (value === -(2n ** 63n)) return `${value + 1n}LL - 1`;
  return `${value}${value < 0n ? 'LL' : 'ULL'}`;
}
