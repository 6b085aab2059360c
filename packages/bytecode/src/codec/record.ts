import type { PartCodec } from './codec.ts';
import { ValueError } from './errors.ts';
import { notA } from './integer.ts';

export interface Field {
  /** '' for an anonymous struct or union, whose members belong to the record around it. */
  readonly name: string;
  /** Bytes from the start of the record. */
  readonly offset: number;
  readonly codec: PartCodec;
}

type Fields = Record<string, unknown>;

/** A struct, union or data section. */
export class RecordCodec implements PartCodec {
  readonly size: number;
  readonly parts: number;
  /** Of the members, those of anonymous records among them. */
  readonly names: ReadonlySet<string>;
  readonly #fields: readonly Field[];
  readonly #union: boolean;
  readonly #missing: 'refuse' | 'zero';

  constructor(
    size: number,
    fields: readonly Field[],
    options: { readonly union: boolean; readonly missing: 'refuse' | 'zero' },
  ) {
    this.size = size;
    this.parts = fields.reduce((sum, { codec }) => sum + codec.parts, 1);
    this.names = new Set(fields.flatMap((field) => [...namesOf(field)]));
    this.#fields = fields;
    this.#union = options.union;
    this.#missing = options.missing;
  }

  read(view: DataView, offset: number, into: unknown): Fields {
    const record = isFields(into) ? into : {};
    for (const { name, offset: from, codec } of this.#fields) {
      if (name === '') codec.read(view, offset + from, record);
      else record[name] = codec.read(view, offset + from, record[name]);
    }
    return record;
  }

  write(value: unknown, view: DataView, offset: number): void {
    if (!isFields(value)) throw notA('an object', value);
    for (const name in value) {
      if (!this.names.has(name)) {
        const known = [...this.names].slice(0, 8).join(', ');
        throw new ValueError(name, `there is no such member, but ${known}`);
      }
    }
    this.writeMembers(value, view, offset);
  }

  /** Writes the members out of an object that may have others: those of the record around this one. */
  writeMembers(value: Fields, view: DataView, offset: number): void {
    if (this.#union) {
      this.#writeUnion(value, view, offset);
      return;
    }
    for (const field of this.#fields) {
      if (field.name !== '' && value[field.name] === undefined) {
        if (this.#missing === 'refuse') throw new ValueError(field.name, 'is missing');
      } else {
        writeField(field, value, view, offset);
      }
    }
  }

  #writeUnion(value: Fields, view: DataView, offset: number): void {
    let given = 0;
    for (const field of this.#fields) {
      if (!isGiven(field, value)) continue;
      writeField(field, value, view, offset);
      given++;
    }
    if (given === 0 && this.#fields.length > 0 && this.#missing === 'refuse') {
      const names = [...this.names].slice(0, 8).join(', ');
      throw new ValueError('', `one of the members ${names} is needed`);
    }
    if (given > 1) this.#checkAgreement(value, view, offset);
  }

  /** Members agree if each, written once more, leaves the bytes as they are. */
  #checkAgreement(value: Fields, view: DataView, offset: number): void {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, this.size);
    const written = bytes.slice();
    for (const field of this.#fields) {
      if (!isGiven(field, value)) continue;
      writeField(field, value, view, offset);
      if (bytes.some((byte, index) => byte !== written[index])) {
        const name = field.name === '' ? ([...namesOf(field)][0] ?? '') : field.name;
        throw new ValueError(name, 'contradicts another member of the same union');
      }
    }
  }
}

function writeField(field: Field, value: Fields, view: DataView, offset: number): void {
  const { name, codec } = field;
  if (name === '') {
    if (codec instanceof RecordCodec) {
      codec.writeMembers(value, view, offset + field.offset);
    }
    return;
  }
  try {
    codec.write(value[name], view, offset + field.offset);
  } catch (error) {
    throw error instanceof ValueError ? error.within(name) : error;
  }
}

function isGiven(field: Field, value: Fields): boolean {
  if (field.name !== '') return value[field.name] !== undefined;
  for (const name of namesOf(field)) if (value[name] !== undefined) return true;
  return false;
}

function namesOf({ name, codec }: Field): Iterable<string> {
  if (name !== '') return [name];
  return codec instanceof RecordCodec ? codec.names : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
