import { readdirSync, readFileSync } from 'node:fs';

/** What tcpdump made of an expression. */
export interface Vector {
  readonly name: string;
  readonly expression: string;
  /** Output of `tcpdump -ddd`. */
  readonly ddd: string;
  /** Output of `tcpdump -d`. */
  readonly listing: string;
}

const FOLDER = new URL('vectors/', import.meta.url);

const FORM = /^-- expression\n(.+)\n-- ddd\n([\d\s]+)-- d\n([\s\S]+)$/;

export const VECTORS: readonly Vector[] = readdirSync(FOLDER).map((file) => {
  const parts = FORM.exec(readFileSync(new URL(file, FOLDER), 'utf8'));
  if (parts === null) throw new Error(`${file} is no vector`);
  const [, expression = '', ddd = '', listing = ''] = parts;
  return { name: file.replace('.txt', ''), expression, ddd, listing };
});
