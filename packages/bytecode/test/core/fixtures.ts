import { readdirSync, readFileSync } from 'node:fs';
import {
  type Btf,
  type LinkedObject,
  linkObject,
  type ObjectSpec,
  parseBtf,
  parseObject,
} from '../../src/index.ts';

const FOLDER = new URL('./fixtures/', import.meta.url);

export type ByteOrder = 'bpfel' | 'bpfeb';

export function readFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FOLDER)));
}

/** Names of all objects, `<fixture>.<byte order>.o`. */
export const OBJECTS: readonly string[] = readdirSync(FOLDER).filter((name) => name.endsWith('.o'));

/** Types of the small target (fixtures/target.h). */
export function smallTarget(order: ByteOrder = 'bpfel'): Btf {
  return parseBtf(readFixture(`target.${order}.btf`));
}

export function parseFixture(name: string, order: ByteOrder = 'bpfel'): ObjectSpec {
  return parseObject(readFixture(`${name}.${order}.o`));
}

export function linkFixture(name: string, order: ByteOrder = 'bpfel'): LinkedObject {
  return linkObject(parseFixture(name, order), { targetBtf: smallTarget(order) });
}
