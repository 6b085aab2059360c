import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const README = readFileSync(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8');
const EXAMPLE = readFileSync(
  fileURLToPath(new URL('./readme-example.test.ts', import.meta.url)),
  'utf8',
);

test('the example of the README is the one that is tested, with the name of the package', () => {
  const shown = /```ts\n([\s\S]*?)```/.exec(README)?.[1];
  expect(shown).toBe(EXAMPLE.replace("'../src/index.ts'", "'anybpf'"));
});
