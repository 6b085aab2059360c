import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../fixtures/', import.meta.url);

export const BYTE_ORDERS = ['bpfel', 'bpfeb'] as const;
export type ByteOrder = (typeof BYTE_ORDERS)[number];

/** An object of test/fixtures, e.g. `fixture('maps', 'bpfel')`. */
export function fixture(name: string, order: ByteOrder = 'bpfel'): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.${order}.o`, FOLDER)));
}

export function allFixtures(): readonly Uint8Array[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.o'))
    .map((name) => new Uint8Array(readFileSync(new URL(name, FOLDER))));
}
