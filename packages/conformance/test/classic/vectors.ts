import { readFileSync } from 'node:fs';

/** Programs, shared with the tests of @anybpf/bytecode. */
export const VECTORS: URL = new URL('../../../bytecode/test/classic/vectors/', import.meta.url);

/** Which of the 2,000 packets tcpdump let through: one line `NAME BITMAP` for each vector. */
export const ACCEPTED: URL = new URL('accepted.txt', import.meta.url);

/** A vector's program as `tcpdump -ddd` printed it. */
export function readDdd(name: string): string {
  const text = readFileSync(new URL(`${name}.txt`, VECTORS), 'utf8');
  const ddd = /^-- ddd\n([\d\s]+)/m.exec(text)?.[1];
  if (ddd === undefined) throw new Error(`vector ${name} has no section "ddd"`);
  return ddd;
}

/** Indices of the packets that tcpdump accepted when the vectors were recorded. */
export function readAccepted(): ReadonlyMap<string, ReadonlySet<number>> {
  const lines = readFileSync(ACCEPTED, 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [name = '', bitmap = ''] = line.split(' ');
        return [name, fromBitmap(bitmap)];
      }),
  );
}

/** Bit i % 8 of byte i / 8 stands for packet i; base64. */
export function toBitmap(indices: ReadonlySet<number>, count: number): string {
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (const index of indices) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return Buffer.from(bytes).toString('base64');
}

function fromBitmap(text: string): ReadonlySet<number> {
  const bytes = Buffer.from(text, 'base64');
  const indices = new Set<number>();
  bytes.forEach((byte, at) => {
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) indices.add(at * 8 + bit);
  });
  return indices;
}
